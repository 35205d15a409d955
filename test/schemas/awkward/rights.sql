-- What a role sees: views over secrets, soft deletes, row-level security, single columns.
create table members (id bigint primary key, name text, password_digest text, deleted_at timestamptz);
create table letters (id bigint primary key, member_id bigint not null references members, body text, deleted_at timestamptz);
create table parcels (id bigint primary key, member_id bigint not null references members, contents text, is_deleted boolean);
create table ledgers (id bigint primary key, member_id bigint not null references members, amount int, staff_rating text);
create table diaries (id bigint primary key, member_id bigint not null references members, entry text);
alter table diaries enable row level security;
create policy own on diaries using (current_setting('app.member', true) = member_id::text);
create view member_cards as select id as member_id, name, password_digest as card from members;
create view open_letters as select id, member_id, body from letters where deleted_at is null;
create materialized view letter_counts as select member_id, count(*) as letters from letters group by 1;

insert into members values (1, 'foreign', 'CANARY_1', null), (7, 'Seven', 'CANARY_7', null);
insert into letters values (1, 7, 'kept', null), (2, 7, 'thrown away', now()), (3, 1, 'foreign', null);
insert into parcels values (1, 7, 'a box', false), (2, 7, 'gone', true), (3, 1, 'foreign', true);
insert into ledgers values (1, 7, 100, 'CANARY_rating'), (2, 1, 200, 'CANARY_rating');
insert into diaries values (1, 7, 'dear diary'), (2, 1, 'foreign');
refresh materialized view letter_counts;
