interface Lock {
  packages: Record<string, { version?: string; optional?: boolean; dependencies?: Record<string, string> }>;
}
export function installDependencies(): Promise<void>;
export function lockOfOne(lock: Lock, name: string): Lock;
export function cacheForNpm(usual: string, draft: string): string;
