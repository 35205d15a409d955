-- One row of the subject that has a value of every type that people forget.
create extension hstore;
create extension citext;
create extension ltree;
create type mood as enum ('calm', 'stormy');
create domain e_mail as citext check (value like '%@%');
create domain positive as numeric check (value > 0);
create type point3 as (x int, y int, label text);
-- What no driver knows: a base type, as an extension would bring it. It has no cast to anything.
create type geo;
create function geo_in(cstring) returns geo as 'textin' language internal immutable strict;
create function geo_out(geo) returns cstring as 'textout' language internal immutable strict;
create type geo (input = geo_in, output = geo_out, internallength = variable, storage = extended);

create table subscribers (id bigint primary key, name text not null);
create table oddities (
  id bigint primary key, subscriber_id bigint not null references subscribers,
  mood mood, moods mood[], contact e_mail, contacts e_mail[], weight positive, spot point3, spots point3[],
  span int4range, spans tstzmultirange, tags hstore, nick citext, path ltree, ip inet, net cidr, mac macaddr,
  lasted interval, price money, bits bit(5), more_bits bit varying, doc xml, words tsvector, place geo, places geo[],
  matrix int[][], twice bigint generated always as (big / 2) stored, big bigint, exact numeric, ratio float8,
  ratios float8[], day date, days date[], instant timestamptz, local_time timestamp, clock timetz,
  photo bytea, attributes json, note jsonb, ident uuid, sort "char", who name, shape polygon);
insert into subscribers values (9007199254740993, 'Nine'), (2, 'foreign');
insert into oddities values (
  1, 9007199254740993,
  'stormy', '{calm,stormy,null}', 'A@b.example', '{a@b.example}', 0.5, '(1,2,"a ""b"", c")', '{"(3,4,d)"}',
  '[1,5)', '{[2026-01-01 00:00+00,2026-02-01 00:00+00)}', 'a=>1, "b c"=>NULL', 'Nick', 'a.b', '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03',
  '1 year -3 days 04:05:06.789', '1234.56', '10110', '1', '<a b="c">d</a>', 'a:1 b:2A', 'POINT(1 2)', '{"POINT(3 4)"}',
  '{{1,2},{3,4}}', default, 9223372036854775807, 1234567890123456789012345678901234567890.5, 'NaN',
  '{-Infinity,NaN,0.1}', '0044-03-15 BC', '{infinity,12026-01-01}', '12026-01-01 00:00:00.000001Z', '-infinity', '12:34:56+05:30',
  '\x00ff00', '{"a": 1.50, "a": [null], "n": "\u0000"}', '{"b": 12345678901234567890.10}', '8c5b8a0e-0b5a-4a5e-9f3a-6d0b7c0f5a11',
  'x', 'a name', '((0,0),(1,1),(1,0))');
insert into oddities (id, subscriber_id, nick) values (2, 2, 'foreign');
