/** postgresql.conf for this workload: many small commits, each awaited by a person; little memory; one machine. */

export interface PostgresSettings {
  port: number;
  /** False only for tests, whose machines' crashes nobody outlives. */
  durable: boolean;
}

/** The text of the settings file that postgresql.conf includes. */
export function postgresSettings({ port, durable }: PostgresSettings): string {
  const settings: Record<string, string | number> = {
    // Reached by password over loopback and by nothing else (A11).
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    // Tests have several systems at once on one server.
    max_connections: durable ? 200 : 400,
    // A commit that was answered is on the disk: an acked message survives the machine, not only the process.
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // No replica reads this log.
    wal_level: 'minimal',
    max_wal_senders: 0,
    wal_compression: 'on',
    min_wal_size: '128MB',
    max_wal_size: '1GB',
    checkpoint_timeout: '15min',
    shared_buffers: '128MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    // Every query is small: no compilation, no parallel workers, no processes that read ahead.
    jit: 'off',
    max_parallel_workers_per_gather: 0,
    io_method: 'sync',
    random_page_cost: 1.1,
    // Deltas are pruned soon after they were written: keep the tables from growing around them.
    autovacuum_naptime: '30s',
    autovacuum_vacuum_scale_factor: 0.05,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    log_min_duration_statement: '2s',
    log_checkpoints: 'off',
    log_lock_waits: 'on',
    // What people wrote stays out of the log.
    log_parameter_max_length: 0,
    log_parameter_max_length_on_error: 0,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  return `# Written at each start by src/setup/postgres-settings.ts\n${lines.join('\n')}\n`;
}
