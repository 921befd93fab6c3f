/** Raised with every change of what follows. A log of another version is refused. */
export const SCHEMA_VERSION = 1;

/** Two processes that start at once would both make it. */
export const SCHEMA_LOCK = 'select pg_advisory_xact_lock(7470661, 2)';
export const SCHEMA_FOUND = `select to_regclass('event_log.log') is not null as found, to_regnamespace('event_log') is not null as "hasSchema"`;

/**
 * An append-only table and who reads it. Offsets are not a sequence: they come from the partition’s row, which stays locked until the
 * records are committed, so that no reader sees an offset whose predecessor is still to come.
 */
export const SCHEMA = `
create table event_log.log (
  cluster_id uuid not null default gen_random_uuid(),
  version    int not null default ${SCHEMA_VERSION},
  only_one   boolean primary key default true check (only_one)
);
insert into event_log.log default values;

create table event_log.topics (
  id                    int generated always as identity primary key,
  name                  text not null unique,
  compacted             boolean not null,
  retention_ms          bigint,
  min_compaction_lag_ms bigint not null,
  max_message_bytes     int not null
);

-- Rewritten by every append: room in the page keeps that from touching the index.
create table event_log.partitions (
  topic        int not null references event_log.topics,
  partition    int not null,
  first_offset bigint not null default 0,
  next_offset  bigint not null default 0,
  primary key (topic, partition)
) with (fillfactor = 20);

create table event_log.records (
  topic       int not null,
  partition   int not null,
  "offset"    bigint not null,
  appended_at timestamptz not null,
  bytes       int not null,
  key         bytea,
  value       bytea,
  headers     text,                    -- [[name, base64 or null], …]; null where there are none
  primary key (topic, partition, "offset")
);
-- Compressing costs more than the space is worth for records that are read at once.
alter table event_log.records alter column value set storage external;

create table event_log.groups (
  name       text primary key,
  generation bigint not null default 0
);

create table event_log.members (
  "group"     text not null references event_log.groups,
  id          uuid not null,
  topics      int[] not null,
  generation  bigint not null,         -- the one it has agreed to
  lease_until timestamptz not null,
  primary key ("group", id)
);

create table event_log.positions (
  "group"     text not null,
  topic       int not null,
  partition   int not null,
  next_offset bigint not null,
  primary key ("group", topic, partition)
) with (fillfactor = 50);

-- Slots are the partitions concerned, in order; each record names its slot and its rank there. Bytes come in one piece: an array of
-- bytea would travel as text. A length of -1 is null.
create function event_log.append(
  slot_topics int[], slot_partitions int[], slot_counts int[],
  slots int[], ranks int[], starts int[], key_lengths int[], value_lengths int[], header_lengths int[], content bytea
) returns table (topic int, partition int, next bigint) language plpgsql as $$
#variable_conflict use_column
declare
  appended timestamptz;
begin
  perform from event_log.partitions p
    join unnest(slot_topics, slot_partitions) as s (topic, partition) using (topic, partition)
   order by p.topic, p.partition for update of p;
  appended := clock_timestamp();
  insert into event_log.records (topic, partition, "offset", appended_at, bytes, key, value, headers)
  select p.topic, p.partition, p.next_offset + r.rank, appended,
         greatest(r.key_length, 0) + greatest(r.value_length, 0) + greatest(r.header_length, 0),
         case when r.key_length >= 0 then substring(content from r.start for r.key_length) end,
         case when r.value_length >= 0 then substring(content from r.start + greatest(r.key_length, 0) for r.value_length) end,
         case when r.header_length >= 0 then convert_from(
           substring(content from r.start + greatest(r.key_length, 0) + greatest(r.value_length, 0) for r.header_length), 'UTF8') end
    from unnest(slots, ranks, starts, key_lengths, value_lengths, header_lengths) as r (slot, rank, start, key_length, value_length, header_length)
    join event_log.partitions p on p.topic = slot_topics[r.slot] and p.partition = slot_partitions[r.slot];
  return query
  update event_log.partitions p set next_offset = p.next_offset + s.records
    from unnest(slot_topics, slot_partitions, slot_counts) as s (topic, partition, records)
   where p.topic = s.topic and p.partition = s.partition
  returning p.topic, p.partition, p.next_offset;
end $$;
`;
