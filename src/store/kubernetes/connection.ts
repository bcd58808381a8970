/** What a TLS connection to the API server needs. Only the cluster's own authority is trusted when it is given. */
export interface ServerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate, when it is not that of the address. */
  readonly serverName?: string;
  /** True accepts any certificate: only when a kubeconfig says so. */
  readonly insecure?: boolean;
}

/** Who we are to the API server, right now. */
export interface Identity {
  readonly tls: ServerTls;
  /** The `Authorization` header, when there is one. Never logged. */
  readonly authorization?: string;
}

/** Where an API server is, and how to prove who we are. */
export interface Connection {
  /** Perhaps with a path, as behind a proxy. */
  readonly server: URL;
  /** The namespace of the pod or of the kubeconfig context. */
  readonly namespace?: string;
  /** `http`, `https` or `socks5` URL. */
  readonly proxy?: string;
  /** Credentials rotate: ask before every request. `renew` after the server has refused the last ones. */
  identify(options: { readonly renew: boolean }): Promise<Identity>;
}
