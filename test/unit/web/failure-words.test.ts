import { expect, test } from '@jest/globals';
import { failureWords } from '../../../web/src/conversation/failure-words.ts';
import { dialogsEn } from '../../../web/src/i18n/dialogs-en.ts';

const has = (key: string) => key.startsWith('failure.') && key.slice('failure.'.length) in dialogsEn.failure;

test('V37: whatever a model’s settings mend leads there, and nothing else does', () => {
  const leading = Object.keys(dialogsEn.failure).filter(
    (code) => failureWords({ code, message: '' }, has).toSettings,
  );
  expect(leading.sort()).toEqual([
    'model_address_refused',
    'model_bad_request',
    'model_not_found',
    'model_unauthorized',
  ]);
});

test('V38: the sentence is the page’s own and the code stands with the server’s words, which are said once', () => {
  const refused = { code: 'model_unauthorized', message: 'The key was refused: 401.' };
  expect(failureWords(refused, has)).toMatchObject({
    known: 'failure.model_unauthorized',
    server: 'The key was refused: 401. (model_unauthorized)',
  });
  // Of a newer server: its sentence has to do, and a code says nothing to a person.
  expect(failureWords({ code: 'of_tomorrow', message: 'It rained.' }, has)).toEqual({
    known: null,
    server: 'It rained.',
    toSettings: false,
  });
  expect(failureWords(undefined, has)).toEqual({ known: null, server: null, toSettings: false });
});
