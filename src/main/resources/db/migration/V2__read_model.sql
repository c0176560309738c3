-- The read model: one row per conversation, written from the journal and a moment behind it. It may be emptied and
-- built again.
--
-- Times are nanoseconds since 1970 in a bigint, not timestamptz: a time that came with nine digits must go out with
-- nine, deadlines are compared exactly, and PostgreSQL keeps microseconds only. Times lie in 1970-2199, so the numbers
-- are positive and fit. People read the view below.
--
-- The columns come in the order of their size, which leaves no holes between them.
CREATE TABLE conversation (
  opened_at            bigint   NOT NULL,
  since                bigint   NOT NULL,  -- in this state since
  last_activity        bigint   NOT NULL,
  deadline             bigint,             -- when time alone changes the state; null = never
  idle_after           bigint   NOT NULL,  -- the policy of the session, as durations; null = never
  expire_after         bigint,
  pending_expire_after bigint,
  max_age              bigint,
  sequence             bigint   NOT NULL,  -- of the last event in this row, from 1
  session              integer  NOT NULL,
  state                smallint NOT NULL,  -- 0 pending, 1 active, 2 idle, 3 expired, 4 closed, 5 failed
  rule                 smallint,           -- its rule: 0 max-age, 1 pending-timeout, 2 idle-expired, 3 idle-timeout
  slice                smallint NOT NULL,  -- a hash of the id: whose sweep it belongs to
  -- tenant|key. Collation C: keys are ASCII, the order must not depend on the server's locale, and comparing bytes is
  -- fastest.
  id                   text     COLLATE "C" NOT NULL PRIMARY KEY,
  CONSTRAINT conversation_state_known CHECK (state BETWEEN 0 AND 5),
  CONSTRAINT conversation_rule_known CHECK (rule BETWEEN 0 AND 3),
  CONSTRAINT conversation_deadline_has_its_rule CHECK ((deadline IS NULL) = (rule IS NULL)),
  CONSTRAINT conversation_deadline_only_while_live CHECK (deadline IS NULL OR state <= 2)
) WITH (
  -- Each message of a conversation rewrites its row. Room in the page keeps old and new version together, so a vacuum
  -- touches fewer pages. (The update is not a heap-only one, whatever the room: it moves the row within both indexes
  -- below.)
  fillfactor = 80,
  -- The stock thresholds (a fifth of the table dead) let a table of a million rows gather 200,000 dead ones, each with
  -- entries at the front of the due index, where every sweep would walk over them. Vacuum at 2 % and 1,000 rows, and do
  -- not let it dawdle.
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0.1,
  autovacuum_vacuum_cost_delay = 0,
  -- The plans hang on how many rows are live and due, which changes by the hour.
  autovacuum_analyze_scale_factor = 0.05,
  autovacuum_analyze_threshold = 1000
);

-- The due index. A sweep walks one slice by (deadline, id) up to now. Conversations without a deadline, the finished
-- ones above all, are not in it: it is as large as what is live, however long the history.
CREATE INDEX conversation_due ON conversation (slice, deadline, id) WHERE deadline IS NOT NULL;

-- Lists, newest activity first, by cursor (last_activity, id): backwards. With a state it is one range of this index;
-- without, one range for each of the six states, merged: that costs six short reads, where an index of its own would
-- cost a write at each message.
CREATE INDEX conversation_list ON conversation (state, last_activity, id);

-- For people: SELECT * FROM conversations WHERE key = '...'. To the microsecond. Not for programs, and no query in Lull
-- uses it.
CREATE VIEW conversations AS
SELECT
  split_part(id, '|', 1)                                                                        AS tenant,
  substr(id, strpos(id, '|') + 1)                                                               AS key, -- may hold bars
  session,
  (ARRAY['pending', 'active', 'idle', 'expired', 'closed', 'failed'])[state + 1]                AS state,
  timestamptz '1970-01-01 00:00:00Z' + (opened_at / 1000) * interval '1 microsecond'            AS opened_at,
  timestamptz '1970-01-01 00:00:00Z' + (since / 1000) * interval '1 microsecond'                AS since,
  timestamptz '1970-01-01 00:00:00Z' + (last_activity / 1000) * interval '1 microsecond'        AS last_activity,
  timestamptz '1970-01-01 00:00:00Z' + (deadline / 1000) * interval '1 microsecond'             AS deadline,
  (ARRAY['max-age', 'pending-timeout', 'idle-expired', 'idle-timeout'])[rule + 1]               AS rule,
  (idle_after / 1000) * interval '1 microsecond'                                                AS idle_after,
  (expire_after / 1000) * interval '1 microsecond'                                              AS expire_after,
  (pending_expire_after / 1000) * interval '1 microsecond'                                      AS pending_expire_after,
  (max_age / 1000) * interval '1 microsecond'                                                   AS max_age,
  slice,
  sequence
FROM conversation;

-- How far the projections have come. Names and columns are akka-projection-jdbc's (1.4.0, PostgreSQL dialect, lower
-- case). Its index on projection_name is left out: the primary key begins with it.
CREATE TABLE akka_projection_offset_store (
  projection_name varchar(255) NOT NULL,
  projection_key  varchar(255) NOT NULL,
  current_offset  varchar(255) NOT NULL,
  manifest        varchar(4)   NOT NULL,
  mergeable       boolean      NOT NULL,
  last_updated    bigint       NOT NULL,
  PRIMARY KEY (projection_name, projection_key)
) WITH (
  -- A few rows, each updated many times a second and in no index but by its key: half-empty pages keep the updates
  -- within the page, where they are cleaned up without a vacuum.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 500
);

CREATE TABLE akka_projection_management (
  projection_name varchar(255) NOT NULL,
  projection_key  varchar(255) NOT NULL,
  paused          boolean      NOT NULL,
  last_updated    bigint       NOT NULL,
  PRIMARY KEY (projection_name, projection_key)
);
