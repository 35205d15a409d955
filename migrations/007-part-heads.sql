-- What tells the sealed object of a part from every other one: SHA-256 (hex) of its head. Null for parts written before.

alter table handover.export_parts add column head_sha256 text;
