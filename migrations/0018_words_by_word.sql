-- One index is enough for the words of the lists: whoever looks has the start of a word, and whoever
-- takes a word away has both.
ALTER TABLE contact_directory_words DROP CONSTRAINT contact_directory_words_pkey;
DROP INDEX contact_directory_words_by_word;
ALTER TABLE contact_directory_words ADD PRIMARY KEY (ledger_id, word, contact_id);
ALTER TABLE job_list_words DROP CONSTRAINT job_list_words_pkey;
DROP INDEX job_list_words_by_word;
ALTER TABLE job_list_words ADD PRIMARY KEY (ledger_id, word, job_id);
