-- The journal. The table is the one of akka-persistence-jdbc 5 (schema/postgres/postgres-create-schema.sql) with the
-- plugin's column names, and three differences:
--   * ordering is a safe position (below) and not a sequence;
--   * texts have no length limit, and persistence_id compares bytes: no locale in the index, and the same order in every
--     cluster;
--   * columns stand widest first, which saves the padding of every row.
-- Left out: event_tag (readers go by position, so nothing is tagged), snapshot (the snapshot store is off: a history
-- recovers by one query shared with other entities), durable_state (not used).
-- Needs PostgreSQL 14 or newer.

-- A position: the transaction's 64-bit id, shifted to leave 12 bits for the row within its statement.
-- Transactions that begin to write later have larger ids, so a reader that stops at the oldest one still running can never
-- be overtaken: see journal_horizon.
-- The number that is added to the id is the base: 0, unless the data came from a cluster whose ids were ahead of this
-- one's: journal_rebase then writes it anew. A constant in an SQL function, since such a function is inlined and costs
-- nothing per row. A position stays below 2^53, exact in JSON, for 10^12 transactions.
create function journal_position(transaction_id xid8, row_index bigint) returns bigint
    language sql immutable parallel safe
    return ((transaction_id::text::bigint + 0) << 12) | row_index;

-- The first position that is not final. Whatever lies below it will never change: every transaction below the snapshot's
-- xmin has ended, and every transaction that is still to write gets a larger id. Use it in the statement that reads, or in
-- an earlier one, never in a later one.
create function journal_horizon() returns bigint
    language sql stable parallel safe
    return journal_position(pg_snapshot_xmin(pg_current_snapshot()), 0);

-- Only for rows that something other than the journal's own statement inserts: see the default of ordering.
create sequence event_journal_row;

create table event_journal (
    -- The journal gives each row of a statement its own number, 0 to 4095. The default serves everybody else: safe as well,
    -- for up to 4096 rows a transaction, though in one transaction the order of the rows may wrap around once.
    ordering bigint not null default journal_position(pg_current_xact_id(), nextval('event_journal_row') & 4095),
    sequence_number bigint not null,
    write_timestamp bigint,
    event_ser_id integer not null,
    meta_ser_id integer,
    deleted boolean not null default false,
    persistence_id text collate "C" not null,
    writer text not null,
    adapter_manifest text,
    event_ser_manifest text not null,
    event_payload bytea not null,
    meta_ser_manifest text,
    meta_payload bytea,
    -- The fence: of two writers of one history, one fails.
    primary key (persistence_id, sequence_number)
);

create unique index event_journal_ordering_idx on event_journal (ordering);

-- Raises the base if positions stored here are ahead of what this cluster's transaction ids would give: the database was
-- restored from another cluster. Answers by how much it was raised (0: there was no need). Call it after every migration,
-- at isolation level read committed.
-- The lock makes every statement that computed its positions with the old base end first, and every later one plan anew
-- with the new base. The new base puts the oldest transaction still running, so every one that can still write, behind all
-- that is stored.
create function journal_rebase() returns bigint
    language plpgsql
    set lock_timeout = '10s'
as $$
declare
    base bigint;
    stored bigint;
    raised bigint;
begin
    select max(ordering) >> 12, journal_position('0', 0) >> 12 into stored, base from event_journal;
    if stored is null or stored < pg_snapshot_xmax(pg_current_snapshot())::text::bigint + base then
        return 0;
    end if;

    lock table event_journal in share row exclusive mode;
    select max(ordering) >> 12, journal_position('0', 0) >> 12 into stored, base from event_journal;
    raised := stored + 1 - base - pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    if raised <= 0 then
        return 0;
    end if;

    execute format(
        'create or replace function journal_position(transaction_id xid8, row_index bigint) returns bigint '
        'language sql immutable parallel safe '
        'return ((transaction_id::text::bigint + %s) << 12) | row_index',
        base + raised);
    return raised;
end;
$$;
