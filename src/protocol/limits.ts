/**
 * How much a person may send, in one place for whoever parses it and for the page they type it into, which is why nothing
 * is imported here. Characters are UTF-16 code units, as forms and schemas count them.
 */

/** Of a frame of the socket, and of a message over REST: with all that stands around its text. */
export const MAX_FRAME_BYTES = 65_536;
/** Of one uploaded file. */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

export const MAX_EMAIL_CHARACTERS = 254;
/** By code points. */
export const PASSWORD_LENGTH = { least: 8, most: 256 };
/** Of a password as it is sent, whatever it counts by code points. */
export const MAX_PASSWORD_CHARACTERS = 1_024;
export const MAX_PERSON_NAME_CHARACTERS = 100;
export const MAX_INVITATION_CHARACTERS = 100;
/** Of each thing that a provider of OpenID Connect sends back by way of the browser. */
export const MAX_PROVIDER_ANSWER_CHARACTERS = 8_192;
export const MAX_KEY_NAME_CHARACTERS = 100;
/** Of a key, repeated ones included. */
export const MAX_SCOPES = 10;
export const MAX_WEBHOOK_URL_CHARACTERS = 2_000;
/** Of a webhook, repeated ones included. */
export const MAX_WEBHOOK_EVENTS = 20;
export const MAX_TOOL_SERVER_URL_CHARACTERS = 2_000;
export const MAX_TOOL_SERVER_TOKEN_CHARACTERS = 8_192;
/** Of one server, and of one of their names there. */
export const MAX_BLOCKED_TOOLS = 500;
export const MAX_TOOL_NAME_CHARACTERS = 128;
/** Longer than any access token or ticket of ours, and than any refresh token. */
export const MAX_TOKEN_CHARACTERS = 4_096;
export const MAX_REFRESH_TOKEN_CHARACTERS = 200;
export const MAX_SHARE_TOKEN_CHARACTERS = 200;

export const MAX_TITLE_CHARACTERS = 200;
export const MAX_SEARCH_CHARACTERS = 200;
export const MAX_CURSOR_CHARACTERS = 200;
export const MAX_PAGE_ITEMS = 200;
/** Messages that one search finds. */
export const MOST_FOUND = 50;

/** Of what a schedule says, and of when. */
export const MAX_SCHEDULE_CHARACTERS = 8_000;
export const MAX_CRON_CHARACTERS = 200;
export const MAX_TIME_ZONE_CHARACTERS = 64;

/** Of a message's text; a frame's bytes bound it as well. */
export const MAX_MESSAGE_CHARACTERS = MAX_FRAME_BYTES;
export const MAX_ATTACHMENTS = 50;
export const MAX_ATTACHMENT_CHARACTERS = 1_024;

export const MAX_TEMPLATE_NAME_CHARACTERS = 200;
export const MAX_TEMPLATE_DESCRIPTION_CHARACTERS = 1_000;
export const MAX_TEMPLATE_CHARACTERS = 200_000;

export const MAX_MODEL_NAME_CHARACTERS = 200;
export const MAX_BASE_URL_CHARACTERS = 2_000;
export const MAX_API_KEY_CHARACTERS = 8_192;
export const MAX_HEADERS = 10;
export const MAX_HEADER_NAME_CHARACTERS = 100;
export const MAX_HEADER_CHARACTERS = 1_000;
/** Tokens of prompt and answer together, and of an answer. */
export const CONTEXT_WINDOW = { least: 2_048, most: 100_000_000 };
export const MAX_OUTPUT = { least: 256, most: 10_000_000 };
export const TEMPERATURE = { least: 0, most: 2 };

/** Of a body of clients that send the whole conversation each time, of which the last message is read. */
export const MAX_HISTORY_BYTES = 4 * 1024 * 1024;
/** Of a name, a role or an id in it. */
export const MAX_HISTORY_NAME_CHARACTERS = 200;
/** Of its messages, and of the parts of one. */
export const MAX_HISTORY_ITEMS = 20_000;
