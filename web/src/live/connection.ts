/**
 * One Work, live: the page's copy of its conversation (a snapshot, and the one reducer over the events after
 * it), the messages that are sent again with the same id until they are acked, and the stop.
 */
import type { LogEvent } from '../../../src/domain/events.ts';
import type { Delivery } from '../../../src/domain/messages.ts';
import { type Conversation, emptyConversation, reduce } from '../../../src/domain/reducer.ts';
import type { ServerFrame } from '../../../src/protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../../src/protocol/limits.ts';
import { frameBytes, type MessageFrame } from './frames.ts';
import { Link, type LinkDependencies, type Phase } from './link.ts';
import type { Outbox, OutboxMessage } from './outbox.ts';
import { mark, type Outgoing, type OutgoingState, withoutShown } from './outgoing.ts';
import { fromSnapshot, type SnapshotFrame } from './snapshot.ts';

export interface ConnectionDependencies extends LinkDependencies {
  outbox: Outbox;
  newId(): string;
  /** `state()` has something new. */
  changed(): void;
  /** One event was applied; null: a snapshot was. */
  applied(event: LogEvent | null): void;
}

interface Answer {
  askId: string;
  text: string;
  refused?: string;
}

export interface ConnectionState {
  phase: Phase;
  /** Null until the first snapshot. */
  conversation: Conversation | null;
  outgoing: Outgoing[];
  /** What the person answers to the open question, until that is stored; `refused`: why the server will not have it. */
  answer: Answer | null;
  /** A stop of the running turn is under way. */
  stopping: boolean;
  /** Where messages older than the snapshot's begin. */
  olderCursor: number | null;
}

/** How long a message waits that the server cannot take now, where it does not say how long. */
const HOLD_MS = 5_000;

export class WorkConnection {
  readonly #with: ConnectionDependencies;
  readonly #link: Link;
  #conversation: Conversation | null = null;
  /** False once an event did not follow: the next connection asks for everything anew. */
  #cursorHolds = true;
  #outgoing: Outgoing[];
  #olderCursor: number | null = null;
  #stopTurn: number | null = null;
  #answer: Answer | null = null;
  #cancelResend: () => void = () => {};

  constructor(dependencies: ConnectionDependencies) {
    this.#with = dependencies;
    this.#outgoing = dependencies.outbox.list().map((message) => ({ ...message, state: stateOf(message) }));
    this.#link = new Link(dependencies, {
      cursor: () => (this.#cursorHolds ? this.#conversation?.seq : undefined),
      ready: () => this.#ready(),
      received: (frame) => this.#receive(frame),
      phaseChanged: dependencies.changed,
    });
  }

  state(): ConnectionState {
    return {
      phase: this.#link.phase,
      conversation: this.#conversation,
      outgoing: this.#outgoing,
      answer: this.#openAnswer(),
      stopping: this.#runningTurn() !== null && this.#runningTurn() === this.#stopTurn,
      olderCursor: this.#olderCursor,
    };
  }

  /** Sends a message, now or when there is a connection, and shows it at once. Returns its id. */
  send(text: string, delivery: Delivery = 'queue', attachments: string[] = []): string {
    return this.#post({ ...this.#made(text, delivery), ...(attachments.length > 0 ? { attachments } : {}) });
  }

  /** Keeps a message, through a reload too, without sending it. Returns its id. */
  keep(message: Pick<OutboxMessage, 'text' | 'delivery' | 'attachments' | 'waitsFor' | 'files'>): string {
    const kept = { ...message, ...this.#made(message.text, message.delivery) };
    this.#with.outbox.put(kept);
    this.#outgoing = [...this.#outgoing, { ...kept, state: stateOf(kept) }];
    this.#with.changed();
    return kept.id;
  }

  /** Sends a message that was kept; `files`: paths of those that it waited for. */
  release(id: string, files: string[] = []): void {
    const kept = this.#outgoing.find((message) => message.id === id && message.state.name === 'waiting');
    if (kept === undefined) return;
    const { state: _state, waitsFor: _for, files: _names, attachments = [], ...message } = kept;
    const all = [...attachments, ...files];
    this.#outgoing = this.#outgoing.filter((other) => other !== kept);
    this.#post({ ...message, ...(all.length > 0 ? { attachments: all } : {}) });
  }

  #made(text: string, delivery: Delivery): Pick<OutboxMessage, 'id' | 'text' | 'delivery' | 'createdAt'> {
    return { id: this.#with.newId(), text, delivery, createdAt: new Date(this.#with.now()).toISOString() };
  }

  #post(message: OutboxMessage): string {
    if (frameBytes(messageFrame(message)) > MAX_FRAME_BYTES) {
      const state = { name: 'refused' as const, code: 'too_large', message: '' };
      this.#outgoing = [...this.#outgoing, { ...message, state }];
    } else {
      this.#with.outbox.put(message);
      this.#outgoing = [...this.#outgoing, { ...message, state: { name: 'sending' } }];
      this.#link.transmit(messageFrame(message));
    }
    this.#with.changed();
    return message.id;
  }

  /** Takes a refused message off the list. */
  dismiss(id: string): void {
    this.#with.outbox.remove(id);
    this.#outgoing = this.#outgoing.filter((message) => message.id !== id);
    this.#with.changed();
  }

  /** Answers the open question; said again after a reconnection while it is still open. */
  answer(text: string): void {
    const askId = this.#conversation?.ask?.askId;
    if (askId === undefined) return;
    this.#answer = { askId, text };
    this.#sayAnswer();
    this.#with.changed();
  }

  /** Stops the turn that is running now; said again after a reconnection while that turn still runs. */
  stop(): void {
    this.#stopTurn = this.#runningTurn();
    this.#sayStop();
    this.#with.changed();
  }

  /** Connects now instead of at the end of the wait; a connection that is there has to prove that it lives. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Ends it for good. */
  close(): void {
    this.#cancelResend();
    this.#link.close();
  }

  #runningTurn(): number | null {
    return this.#conversation?.runningTurn ?? null;
  }

  /** What was answered to the question that is open now. */
  #openAnswer(): Answer | null {
    return this.#answer !== null && this.#answer.askId === this.#conversation?.ask?.askId
      ? this.#answer
      : null;
  }

  #sayAnswer(): void {
    const answer = this.#openAnswer();
    if (answer !== null && answer.refused === undefined)
      this.#link.transmit({ type: 'answer', ask: answer.askId, text: answer.text });
  }

  #ready(): void {
    this.#resend();
    this.#sayAnswer();
    if (this.#runningTurn() === this.#stopTurn) this.#sayStop();
  }

  #sayStop(): void {
    if (this.#stopTurn !== null) this.#link.transmit({ type: 'stop', turn: this.#stopTurn });
  }

  #resend(): void {
    this.#cancelResend();
    for (const { id, state } of this.#outgoing) {
      if (state.name === 'held') this.#outgoing = mark(this.#outgoing, id, { name: 'sending' });
    }
    for (const message of this.#outgoing) {
      if (message.state.name === 'sending') this.#link.transmit(messageFrame(message));
    }
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'snapshot':
        this.#replace(frame);
        break;
      case 'event':
        this.#apply(frame);
        break;
      case 'ack':
        this.#with.outbox.remove(frame.id);
        this.#outgoing = mark(this.#outgoing, frame.id, { name: 'stored' });
        this.#forgetShown();
        this.#with.changed();
        break;
      case 'error':
        this.#refused(frame);
        break;
      case 'ready':
      case 'renewed':
      case 'pong':
        // The link's own.
        break;
    }
  }

  #replace(frame: SnapshotFrame): void {
    this.#conversation = fromSnapshot(frame);
    this.#cursorHolds = true;
    this.#olderCursor = frame.cursor ?? null;
    if (frame.status === 'stopping') this.#stopTurn = this.#conversation.runningTurn;
    // What was acked before is in it, or is older than it reaches: either way it needs no showing of ours.
    this.#outgoing = this.#outgoing.filter((message) => message.state.name !== 'stored');
    this.#forgetShown();
    this.#with.applied(null);
    this.#with.changed();
  }

  #apply(event: LogEvent): void {
    try {
      this.#conversation = reduce(this.#conversation ?? emptyConversation, event);
    } catch (error) {
      console.error(error);
      this.#cursorHolds = false;
      this.#link.reconnect();
      return;
    }
    if (event.kind === 'message.queued') this.#forgetShown();
    this.#with.applied(event);
    this.#with.changed();
  }

  #refused(frame: Extract<ServerFrame, { type: 'error' }>): void {
    const answer = this.#openAnswer();
    if (answer !== null && frame.id === answer.askId) {
      this.#answer = { ...answer, refused: frame.message };
      this.#with.changed();
    } else if (frame.id === undefined) {
      console.warn(`the server says: ${frame.code}: ${frame.message}`);
    } else if (frame.retryable) {
      const ms = frame.retryAfter === undefined ? HOLD_MS : frame.retryAfter * 1_000;
      this.#cancelResend();
      this.#cancelResend = this.#with.after(ms, () => {
        this.#resend();
        this.#with.changed();
      });
      const until = this.#with.now() + ms;
      this.#outgoing = mark(this.#outgoing, frame.id, { name: 'held', until });
      this.#with.changed();
    } else {
      const { code, message } = frame;
      this.#with.outbox.remove(frame.id);
      this.#outgoing = mark(this.#outgoing, frame.id, { name: 'refused', code, message });
      this.#with.changed();
    }
  }

  #forgetShown(): void {
    const shown = new Set(this.#conversation?.messages.map((message) => message.id));
    this.#outgoing = withoutShown(this.#outgoing, shown);
  }
}

/** As a page finds it in the outbox. */
function stateOf({ waitsFor }: OutboxMessage): OutgoingState {
  return waitsFor === undefined ? { name: 'sending' } : { name: 'waiting', for: waitsFor };
}

function messageFrame(message: OutboxMessage): MessageFrame {
  const { id, text, delivery, attachments } = message;
  return { type: 'message', id, text, delivery, ...(attachments ? { attachments } : {}) };
}
