export const PREFIX: string;
export function bundleFolder(): { folder: string; isMade: boolean };
