/** The schema of the JSON document, as text with a line end. */
export function healthSchema(): string
