-- Tables of every shape around `clients`. Client 7 is exported; what is of another one is called 'foreign'.
create table clients (id bigint primary key, name text not null, referrer_id bigint references clients, main_site_id bigint);

-- Foreign keys on the partitions alone, and one partition that is partitioned again.
create table events (client_id bigint not null, happened_on date not null, what text) partition by range (happened_on);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01') partition by list (what);
create table events_2025_calls partition of events_2025 for values in ('call', 'foreign');
create table events_2025_rest partition of events_2025 default;
alter table events_2024 add foreign key (client_id) references clients;
alter table events_2025_calls add foreign key (client_id) references clients;
alter table events_2025_rest add foreign key (client_id) references clients;

-- Inheritance: a read of `documents` reads the contracts too. A contract is in the archive once, whole.
create table documents (id bigint primary key, client_id bigint not null references clients, title text);
create table contracts (signed_on date, primary key (id), foreign key (client_id) references clients) inherits (documents);

-- Composite keys, and foreign keys that are in another order than the key.
create table sites (client_id bigint references clients, site_no int, city text, primary key (client_id, site_no));
create table rooms (site_no int, client_id bigint, room_no int, label text, primary key (client_id, site_no, room_no),
  foreign key (site_no, client_id) references sites (site_no, client_id) match full);
create table room_keys_handed_out (room_no int, site_no int, client_id bigint, holder text,
  foreign key (client_id, site_no, room_no) references rooms);

-- No key at all, and two rows that are equal in all their columns.
create table visits (client_id bigint references clients, page text);

-- A tree, and a circle of tables: a folder has a cover, which is a file, which is in a folder.
create table folders (id bigint primary key, client_id bigint not null references clients,
  parent_id bigint references folders, name text, cover_id bigint);
create table files (id bigint primary key, folder_id bigint not null references folders, name text);
alter table folders add foreign key (cover_id) references files;

-- Many to many; the tags are everybody's.
create table tags (id bigint primary key, label text);
create table file_tags (file_id bigint references files, tag_id bigint references tags, primary key (file_id, tag_id));

-- A polymorphic owner.
create table remarks (id bigint primary key, remarkable_type text not null, remarkable_id bigint not null, body text);
-- One that is called after a table, and a kind that is called like one.
create table signatures (id bigint primary key, client_type text not null, client_id bigint not null, signed_as text);
create table memberships (id bigint primary key, client_type text not null, client_id bigint not null, level text);

-- Quoted names, reserved words, and a name that needs its quotes doubled.
create table "OrderItem" ("orderId" bigint, "lineNo" int, "Weird ""name""" text, primary key ("orderId", "lineNo"));
create table "order" (id bigint primary key, "clientId" bigint references clients, "select" text, "user" text, "desc" text);
alter table "OrderItem" add foreign key ("orderId") references "order";

-- Several schemas, with one name in two of them.
create schema billing;
create schema "Archive";
create table billing.invoices (id bigint primary key, client_id bigint references public.clients, total numeric(10,2));
create table "Archive".invoices (id bigint primary key, client_id bigint references public.clients, scanned text);
create table billing.lines (invoice_id bigint references billing.invoices, no int, what text, primary key (invoice_id, no));

insert into clients values (1, 'foreign', null, 1), (7, 'Seven', 1, 1);
insert into events values (7, '2024-05-01', 'mail'), (7, '2025-05-01', 'call'), (7, '2025-06-01', 'visit'), (1, '2025-05-01', 'foreign');
insert into documents values (1, 7, 'letter'), (2, 1, 'foreign');
insert into contracts values (3, 7, 'lease', '2025-01-01'), (4, 1, 'foreign', '2025-01-01');
insert into sites values (7, 1, 'Bergen'), (1, 1, 'foreign');
insert into rooms values (1, 7, 101, 'hall'), (1, 1, 101, 'foreign');
insert into room_keys_handed_out values (101, 1, 7, 'the porter'), (101, 1, 1, 'foreign');
insert into visits values (7, '/'), (7, '/'), (1, 'foreign');
insert into folders values (1, 7, null, 'root', null), (2, 7, 1, 'leaf', null), (3, 1, null, 'foreign', null);
insert into files values (10, 2, 'picture'), (11, 3, 'foreign');
update folders set cover_id = 10 where id = 1;
insert into tags values (1, 'red');
insert into file_tags values (10, 1), (11, 1);
insert into remarks values (1, 'Folder', 2, 'mine'), (2, 'Folder', 3, 'foreign'), (3, 'File', 2, 'foreign'), (4, 'Client', 7, 'of me');
insert into signatures values (1, 'Client', 7, 'Seven'), (2, 'Partner', 7, 'foreign');
insert into memberships values (1, 'private', 7, 'gold'), (2, 'company', 1, 'foreign');
insert into "order" values (1, 7, 'from', 'where', 'asc'), (2, 1, 'foreign', '', '');
insert into "OrderItem" values (1, 1, 'left'), (2, 1, 'foreign');
insert into billing.invoices values (1, 7, 12.50), (2, 1, 1);
insert into "Archive".invoices values (1, 7, 'page'), (2, 1, 'foreign');
insert into billing.lines values (1, 1, 'rent'), (2, 1, 'foreign');
