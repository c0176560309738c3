-- Run by Flyway after every migration: a database restored into another cluster gets a new base for its positions.
select journal_rebase();
