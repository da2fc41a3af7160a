/** A place in a file: offsets are UTF-16 units into its decoded text. Only the doors make lines of them. */
export interface Span {
  readonly path: string
  readonly start: number
  readonly end: number
}
