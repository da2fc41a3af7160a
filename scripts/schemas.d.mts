/** Types of schemas.mjs, for the tests. */
export const sarifSchema: string
export const junitSchema: string
export function makeSchemas(): void
