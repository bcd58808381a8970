/** Rows under named columns. How they are drawn is up to whoever shows them. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
