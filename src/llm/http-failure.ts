/** An answer other than 200, or an error sent inside a stream; `status` is 0 where a stream's error has none. */
export interface HttpFailure {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
