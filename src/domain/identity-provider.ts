/** The operator's provider of OpenID Connect, and who may come in by it (H9). */
export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  /** Where the provider sends people back to: never made of a request's Host. */
  readonly redirectUri: string;
  /** As people know it: stands on the button. */
  readonly name: string;
  /** Whether somebody new may come in by it. */
  readonly registration: 'open' | 'invitation' | 'closed';
  /** Domains of whose addresses, proven to the provider, one must have; undefined: anybody whom it knows. */
  readonly domains: readonly string[] | undefined;
}
