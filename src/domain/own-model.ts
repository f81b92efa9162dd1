/** A model that a person set up for themselves, as it is kept (F13). */
import type { OwnProfile } from './model-profile.ts';
import type { ModelRole } from './model-roles.ts';

/** How it is asked. What is null is found out, or known of the model (M7, M20). */
export interface OwnModel {
  id: string;
  baseUrl: string;
  /** As `sealSecret` made it for this id; null: the server wants no key. */
  sealedKey: Buffer | null;
  model: string;
  /** Tokens that prompt and answer may fill together. */
  contextWindow: number | null;
  /** Most tokens of one answer. */
  maxOutput: number | null;
  /** Of a million tokens; of input that was cached, of input that was written into a cache. */
  inputPrice: number | null;
  cachedPrice: number | null;
  writtenPrice: number | null;
  outputPrice: number | null;
  temperature: number | null;
  /** Further fields of the request's body. */
  params: Record<string, unknown>;
  /** How it wants to be asked (M19); fields that only another version knows may be among them. */
  profile: Record<string, unknown>;
  /** Headers of the person's own, by name: their values as `sealHeader` made them. */
  headers: Record<string, string>;
}

/** What a person sets, but for the key. */
export interface OwnModelSettings extends Omit<OwnModel, 'id' | 'sealedKey' | 'profile'> {
  profile: OwnProfile;
  role: ModelRole;
  /** Whether it serves the role in Works that choose nothing; whichever did before then does no more. */
  isDefault: boolean;
}
