/** Where the official schema of SARIF is, once it was fetched. */
export const sarifSchema: string
export function makeSchemas(): void
