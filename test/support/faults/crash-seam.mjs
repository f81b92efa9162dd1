/** Loaded before a worker (`--import`): it stands still for ever as it asks a model about `BRING THE WORKER DOWN`. */
const { stringify } = JSON;
JSON.stringify = (...given) => {
  const text = stringify(...given);
  // Only the request: the same words are in the history file as well.
  if (text?.includes('BRING THE WORKER DOWN') && text.includes('"stream":true')) for (;;);
  return text;
};
