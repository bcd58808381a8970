/** One answer of a server. `text` is sent as it is, `json` as JSON. */
export interface ProductAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a page of tags knows of itself. */
export interface PageFacts {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly repository: string;
  readonly page: readonly string[];
  /** The page size in force. */
  readonly size: number;
  /** How many tags come before the page. */
  readonly start: number;
  readonly hasMore: boolean;
}

/** Who asks: nobody, somebody with the right password, or with a wrong one. */
export type Visitor = 'anonymous' | 'known' | 'stranger';

/** How one product differs from the next. Taken from its documentation, its source, or answers that people have shown. */
export interface ProductProfile {
  readonly product: string;
  /** The `WWW-Authenticate` of a 401; `repository` is undefined at `/v2/`. */
  challenge(origin: string, repository: string | undefined): string;
  /** Where tokens are given out, if they are. */
  readonly tokenPath?: string;
  /** What the token server says. `access` is whether the visitor may pull the repository of the scope. */
  token?(facts: {
    readonly visitor: Visitor;
    readonly access: boolean;
    readonly value: string;
  }): ProductAnswer;
  /** The body and headers beside a 401 of the registry. */
  readonly unauthorized: ProductAnswer;
  /** When the visitor is known and may not pull. */
  readonly forbidden: ProductAnswer;
  missing(repository: string): ProductAnswer;
  /** Greatest page; Infinity for a registry that knows no pages. */
  readonly maxPage: number;
  link?(facts: PageFacts): string | undefined;
  /** Members of a tag list beside `tags`. */
  extras?(repository: string): Readonly<Record<string, unknown>>;
}
