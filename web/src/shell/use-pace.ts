/** How often something is drawn that changes all the time: what is long to draw is drawn less often. */
import { onScopeDispose } from 'vue';
import { onNextFrame } from './next-frame.ts';

/** After a drawing the page has this many times as long for everything else. */
const REST = 3;

export interface Pace {
  /** Draws at once, or when the page has rested from the last drawing; asked again meanwhile, once. */
  request(): void;
  /** Draws on the next frame: there is more than one frame has room for. */
  goOn(): void;
  /** What was drawn last is in the page by now. */
  drawn(): void;
}

export function usePace(draw: () => void): Pace {
  let began = 0;
  let earliest = 0;
  let cancel: (() => void) | null = null;

  function fire(): void {
    cancel = null;
    began = performance.now();
    draw();
  }
  onScopeDispose(() => cancel?.());

  return {
    request() {
      if (cancel !== null) return;
      const wait = earliest - performance.now();
      if (wait <= 0) {
        fire();
        return;
      }
      const timer = setTimeout(fire, wait);
      cancel = () => clearTimeout(timer);
    },
    goOn() {
      cancel ??= onNextFrame(fire);
    },
    drawn() {
      const now = performance.now();
      earliest = now + REST * (now - began);
    },
  };
}
