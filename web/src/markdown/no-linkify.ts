/**
 * What stands in for `linkify-it` in the build (vite.config.ts): markdown-it makes one whatever it is asked, and the
 * project's reading finds no links in plain text (src/domain/markdown/parser.ts), so its tables are code for nothing.
 */
export class LinkifyIt {}
