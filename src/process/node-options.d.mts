export const NODE_OPTIONS: readonly string[];
export const FROM_BUNDLE: readonly string[];
export function fromBundleToo(): string[];
export const NODE_ENVIRONMENT: Readonly<Record<string, string>>;
