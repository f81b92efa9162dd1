/** Frames around a text's code blocks, with what the block's language is and a button that copies it (V32). */

export interface FrameWords {
  copy: string;
  copied: string;
}

/** For how long the button says that it has copied, in milliseconds. */
const SAID_MS = 2_000;

/** Frames each code block of a drawn block once. Without a clipboard, as on a page without TLS, there is no button. */
export function frameCode(root: HTMLElement, words: FrameWords): void {
  for (const pre of root.querySelectorAll<HTMLPreElement>('pre')) {
    if (pre.parentElement?.classList.contains('code-frame')) continue;
    const frame = document.createElement('div');
    frame.className = 'code-frame';
    pre.replaceWith(frame);
    frame.append(headOf(pre, words), pre);
  }
}

function headOf(pre: HTMLPreElement, words: FrameWords): HTMLElement {
  const head = document.createElement('div');
  head.className = 'code-head';
  const language = document.createElement('span');
  language.textContent = /language-([\w+#-]+)/.exec(pre.firstElementChild?.className ?? '')?.[1] ?? '';
  head.append(language);
  if (navigator.clipboard !== undefined) head.append(copyButton(pre, words));
  return head;
}

function copyButton(pre: HTMLPreElement, words: FrameWords): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = words.copy;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent.replace(/\n$/, ''));
    } catch (error) {
      // The person has forbidden it: the button goes on saying what it would do.
      console.warn('not copied', error);
      return;
    }
    button.textContent = words.copied;
    setTimeout(() => {
      button.textContent = words.copy;
    }, SAID_MS);
  });
  return button;
}
