/** A SCAN or PSUBSCRIBE pattern that matches every key with this prefix, whatever characters the prefix has. */
export const prefixPattern = (prefix: string): string => `${prefix.replace(/[*?[\]\\^-]/g, '\\$&')}*`
