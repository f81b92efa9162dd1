export function needGlibc(platform?: NodeJS.Platform, header?: { glibcVersionRuntime?: string }): void;
