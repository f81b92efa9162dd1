/** What lies over a Work's page; a history is of one file. */
export type WorkDialog =
  | { kind: 'export' | 'budget' | 'policy' | 'review' | 'schedules' }
  | { kind: 'history'; path: string };
