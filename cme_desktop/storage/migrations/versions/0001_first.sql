CREATE TABLE child (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	dob TEXT,
	dob_text TEXT NOT NULL,
	sex TEXT NOT NULL,
	restricted INTEGER NOT NULL,
	ethnicity TEXT NOT NULL,
	first_language TEXT NOT NULL,
	sen_provision TEXT NOT NULL,
	has_ehcp INTEGER NOT NULL,
	ehcp_school_urn TEXT,
	looked_after INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	CONSTRAINT pk_child PRIMARY KEY (id),
	CONSTRAINT uq_child_uid UNIQUE (uid)
)
 STRICT;

CREATE TABLE content_file (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	stored_name TEXT NOT NULL,
	file_key BLOB,
	sha256 TEXT NOT NULL,
	size INTEGER NOT NULL,
	media_type TEXT NOT NULL,
	sealed_at TEXT NOT NULL,
	erased_at TEXT,
	CONSTRAINT pk_content_file PRIMARY KEY (id),
	CONSTRAINT uq_content_file_uid UNIQUE (uid),
	CONSTRAINT uq_content_file_stored_name UNIQUE (stored_name)
)
 STRICT;

CREATE TABLE case_counter (
	series TEXT NOT NULL,
	year INTEGER NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_case_counter PRIMARY KEY (series, year)
)
 STRICT;

CREATE TABLE person (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	roles TEXT NOT NULL,
	active INTEGER NOT NULL,
	added_at TEXT NOT NULL,
	CONSTRAINT pk_person PRIMARY KEY (id),
	CONSTRAINT uq_person_name UNIQUE (name)
)
 STRICT;

CREATE TABLE data_key (
	id INTEGER NOT NULL,
	data_key BLOB NOT NULL,
	used_from TEXT NOT NULL,
	used_to TEXT NOT NULL,
	CONSTRAINT pk_data_key PRIMARY KEY (id)
)
 STRICT;

CREATE TABLE status_code (
	pathway TEXT NOT NULL,
	is_open INTEGER NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_status_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE outcome_code (
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_outcome_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE ground_code (
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_ground_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE dfe_reason_code (
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_dfe_reason_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE method_code (
	serves INTEGER NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_method_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE enquiry_code (
	side TEXT NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_enquiry_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE risk_group_code (
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_risk_group_code PRIMARY KEY (code)
)
 STRICT;

CREATE TABLE school (
	urn TEXT NOT NULL,
	la TEXT NOT NULL,
	estab TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	kind TEXT NOT NULL,
	sector TEXT NOT NULL,
	phase TEXT NOT NULL,
	status TEXT NOT NULL,
	opened_on TEXT,
	closed_on TEXT,
	address TEXT NOT NULL,
	postcode TEXT NOT NULL,
	phone TEXT NOT NULL,
	website TEXT NOT NULL,
	low_age INTEGER,
	high_age INTEGER,
	trust TEXT NOT NULL,
	head_name TEXT NOT NULL,
	admission_number INTEGER,
	admission_authority TEXT NOT NULL,
	snapshot_on TEXT,
	training_only INTEGER NOT NULL,
	CONSTRAINT pk_school PRIMARY KEY (urn)
)
 STRICT;

CREATE TABLE school_link (
	id INTEGER NOT NULL,
	urn TEXT NOT NULL,
	other_urn TEXT NOT NULL,
	kind TEXT NOT NULL,
	on_day TEXT,
	CONSTRAINT pk_school_link PRIMARY KEY (id)
)
 STRICT;

CREATE TABLE term (
	id INTEGER NOT NULL,
	academic_year TEXT NOT NULL,
	term TEXT NOT NULL,
	term_start TEXT NOT NULL,
	term_end TEXT NOT NULL,
	half_term_start TEXT,
	half_term_end TEXT,
	status TEXT NOT NULL,
	school_urn TEXT,
	CONSTRAINT pk_term PRIMARY KEY (id)
)
 STRICT;

CREATE TABLE bank_holiday (
	division TEXT NOT NULL,
	on_day TEXT NOT NULL,
	title TEXT NOT NULL,
	CONSTRAINT pk_bank_holiday PRIMARY KEY (division, on_day)
)
 STRICT;

CREATE TABLE setting (
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_setting PRIMARY KEY ("key")
)
 STRICT;

CREATE TABLE template_version (
	id INTEGER NOT NULL,
	document_code TEXT NOT NULL,
	version TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	added_at TEXT NOT NULL,
	CONSTRAINT pk_template_version PRIMARY KEY (id),
	CONSTRAINT uq_template_version_document_code_version UNIQUE (document_code, version)
)
 STRICT;

CREATE TABLE search_who (
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	child_id INTEGER NOT NULL,
	episode_id INTEGER,
	rank INTEGER NOT NULL,
	CONSTRAINT pk_search_who PRIMARY KEY (kind, value, child_id)
)
 WITHOUT ROWID,
 STRICT;

CREATE TABLE search_text (
	id INTEGER NOT NULL,
	source TEXT NOT NULL,
	source_id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	episode_id INTEGER,
	on_day TEXT NOT NULL,
	body TEXT NOT NULL,
	CONSTRAINT pk_search_text PRIMARY KEY (id),
	CONSTRAINT uq_search_text_source_source_id UNIQUE (source, source_id)
)
 STRICT;

CREATE TABLE child_name (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	surname TEXT NOT NULL,
	forename TEXT NOT NULL,
	middle_names TEXT NOT NULL,
	surname_key TEXT NOT NULL,
	forename_key TEXT NOT NULL,
	source TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_child_name PRIMARY KEY (id),
	CONSTRAINT ck_child_name_some_name CHECK (surname <> '' OR forename <> ''),
	CONSTRAINT fk_child_name_child_id_child FOREIGN KEY(child_id) REFERENCES child (id)
)
 STRICT;

CREATE TABLE child_address (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	lines TEXT NOT NULL,
	postcode TEXT NOT NULL,
	postcode_key TEXT NOT NULL,
	country TEXT NOT NULL,
	uprn TEXT NOT NULL,
	confidential INTEGER NOT NULL,
	source TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_child_address PRIMARY KEY (id),
	CONSTRAINT fk_child_address_child_id_child FOREIGN KEY(child_id) REFERENCES child (id)
)
 STRICT;

CREATE TABLE school_registration (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	school_urn TEXT,
	la TEXT NOT NULL,
	estab TEXT NOT NULL,
	school_name TEXT NOT NULL,
	entry_date TEXT,
	leaving_date TEXT,
	leaving_reason TEXT NOT NULL,
	ground TEXT,
	ground_text TEXT NOT NULL,
	ground_read_because TEXT NOT NULL,
	first_absent_day TEXT,
	source TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_school_registration PRIMARY KEY (id),
	CONSTRAINT fk_school_registration_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_school_registration_school_urn_school FOREIGN KEY(school_urn) REFERENCES school (urn),
	CONSTRAINT fk_school_registration_ground_ground_code FOREIGN KEY(ground) REFERENCES ground_code (code)
)
 STRICT;

CREATE TABLE child_identifier (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	scheme TEXT NOT NULL,
	value TEXT NOT NULL,
	kind TEXT NOT NULL,
	is_current INTEGER NOT NULL,
	from_date TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_child_identifier PRIMARY KEY (id),
	CONSTRAINT uq_child_identifier_child_id_scheme_value UNIQUE (child_id, scheme, value),
	CONSTRAINT fk_child_identifier_child_id_child FOREIGN KEY(child_id) REFERENCES child (id)
)
 STRICT;

CREATE TABLE sibling_link (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	other_child_id INTEGER NOT NULL,
	source TEXT NOT NULL,
	CONSTRAINT pk_sibling_link PRIMARY KEY (id),
	CONSTRAINT ck_sibling_link_lower_first CHECK (child_id < other_child_id),
	CONSTRAINT uq_sibling_link_child_id_other_child_id UNIQUE (child_id, other_child_id),
	CONSTRAINT fk_sibling_link_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_sibling_link_other_child_id_child FOREIGN KEY(other_child_id) REFERENCES child (id)
)
 STRICT;

CREATE TABLE child_risk_group (
	id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	source TEXT NOT NULL,
	CONSTRAINT pk_child_risk_group PRIMARY KEY (id),
	CONSTRAINT uq_child_risk_group_child_id_code UNIQUE (child_id, code),
	CONSTRAINT fk_child_risk_group_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_child_risk_group_code_risk_group_code FOREIGN KEY(code) REFERENCES risk_group_code (code)
)
 STRICT;

CREATE TABLE source_file (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	name TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	content_id INTEGER NOT NULL,
	part_of_id INTEGER,
	kind TEXT NOT NULL,
	kind_from TEXT,
	status TEXT NOT NULL,
	lost INTEGER NOT NULL,
	version TEXT NOT NULL,
	supplier TEXT NOT NULL,
	descriptor TEXT NOT NULL,
	made_at TEXT NOT NULL,
	source_school TEXT NOT NULL,
	destination TEXT NOT NULL,
	repairs TEXT NOT NULL,
	problems TEXT NOT NULL,
	unused_elements TEXT NOT NULL,
	received_at TEXT NOT NULL,
	received_by INTEGER NOT NULL,
	from_folder INTEGER NOT NULL,
	is_problem INTEGER NOT NULL,
	problem_settled_at TEXT,
	CONSTRAINT pk_source_file PRIMARY KEY (id),
	CONSTRAINT uq_source_file_uid UNIQUE (uid),
	CONSTRAINT uq_source_file_sha256 UNIQUE (sha256),
	CONSTRAINT fk_source_file_content_id_content_file FOREIGN KEY(content_id) REFERENCES content_file (id),
	CONSTRAINT fk_source_file_part_of_id_source_file FOREIGN KEY(part_of_id) REFERENCES source_file (id),
	CONSTRAINT fk_source_file_received_by_person FOREIGN KEY(received_by) REFERENCES person (id)
)
 STRICT;

CREATE TABLE not_same (
	id INTEGER NOT NULL,
	pupil_key TEXT NOT NULL,
	child_id INTEGER NOT NULL,
	said_by INTEGER NOT NULL,
	said_at TEXT NOT NULL,
	why TEXT NOT NULL,
	CONSTRAINT pk_not_same PRIMARY KEY (id),
	CONSTRAINT uq_not_same_pupil_key_child_id UNIQUE (pupil_key, child_id),
	CONSTRAINT fk_not_same_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_not_same_said_by_person FOREIGN KEY(said_by) REFERENCES person (id)
)
 STRICT;

CREATE TABLE signing_key (
	key_id TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	public_key BLOB NOT NULL,
	added_at TEXT NOT NULL,
	retired_at TEXT,
	CONSTRAINT pk_signing_key PRIMARY KEY (key_id),
	CONSTRAINT fk_signing_key_person_id_person FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE reason_code (
	dfe_reason TEXT,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	sort_order INTEGER NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_reason_code PRIMARY KEY (code),
	CONSTRAINT fk_reason_code_dfe_reason_dfe_reason_code FOREIGN KEY(dfe_reason) REFERENCES dfe_reason_code (code)
)
 STRICT;

CREATE TABLE signatory (
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	authority TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	user_id INTEGER,
	CONSTRAINT pk_signatory PRIMARY KEY (id),
	CONSTRAINT fk_signatory_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE confirmed_form (
	id INTEGER NOT NULL,
	document_code TEXT NOT NULL,
	template_version TEXT NOT NULL,
	confirmed_by TEXT NOT NULL,
	post TEXT NOT NULL,
	confirmed_on TEXT NOT NULL,
	content_id INTEGER,
	CONSTRAINT pk_confirmed_form PRIMARY KEY (id),
	CONSTRAINT fk_confirmed_form_content_id_content_file FOREIGN KEY(content_id) REFERENCES content_file (id)
)
 STRICT;

CREATE TABLE routine_check (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	done_at TEXT NOT NULL,
	user_id INTEGER,
	result TEXT NOT NULL,
	CONSTRAINT pk_routine_check PRIMARY KEY (id),
	CONSTRAINT fk_routine_check_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE form_draft (
	"key" TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	"values" TEXT NOT NULL,
	saved_at TEXT NOT NULL,
	CONSTRAINT pk_form_draft PRIMARY KEY ("key", user_id),
	CONSTRAINT fk_form_draft_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE audit_event (
	seq INTEGER NOT NULL,
	at TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	key_id TEXT NOT NULL,
	action TEXT NOT NULL,
	reason TEXT,
	reason_salt BLOB,
	reason_digest BLOB,
	entity TEXT,
	episode_id INTEGER,
	batch TEXT,
	clock_doubtful INTEGER NOT NULL,
	changes INTEGER NOT NULL,
	changes_digest BLOB NOT NULL,
	prev_hash BLOB NOT NULL,
	hash BLOB NOT NULL,
	signature BLOB NOT NULL,
	erased_by INTEGER,
	CONSTRAINT pk_audit_event PRIMARY KEY (seq),
	CONSTRAINT fk_audit_event_user_id_person FOREIGN KEY(user_id) REFERENCES person (id),
	CONSTRAINT fk_audit_event_key_id_signing_key FOREIGN KEY(key_id) REFERENCES signing_key (key_id)
)
 STRICT;

CREATE TABLE episode (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	ref TEXT NOT NULL,
	child_id INTEGER NOT NULL,
	opened_on TEXT NOT NULL,
	closed_on TEXT,
	missing_since TEXT,
	status TEXT NOT NULL,
	pathway TEXT NOT NULL,
	waiting_on TEXT NOT NULL,
	risk TEXT NOT NULL,
	reason TEXT,
	dfe_reason TEXT,
	owner_id INTEGER NOT NULL,
	in_area INTEGER NOT NULL,
	on_roll INTEGER NOT NULL,
	suitably_educated INTEGER NOT NULL,
	counts_as_cme INTEGER NOT NULL,
	open_actions INTEGER NOT NULL,
	next_action TEXT NOT NULL,
	next_date TEXT,
	review_on TEXT,
	outcome TEXT,
	how_confirmed TEXT NOT NULL,
	placed_school_urn TEXT,
	placed_on TEXT,
	year_group TEXT NOT NULL,
	last_school_urn TEXT,
	last_school_name TEXT NOT NULL,
	CONSTRAINT pk_episode PRIMARY KEY (id),
	CONSTRAINT ck_episode_open_case_has_action CHECK (closed_on IS NOT NULL OR open_actions > 0),
	CONSTRAINT ck_episode_closed_case_has_outcome CHECK (closed_on IS NULL OR outcome IS NOT NULL),
	CONSTRAINT uq_episode_uid UNIQUE (uid),
	CONSTRAINT uq_episode_ref UNIQUE (ref),
	CONSTRAINT fk_episode_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_episode_status_status_code FOREIGN KEY(status) REFERENCES status_code (code),
	CONSTRAINT fk_episode_reason_reason_code FOREIGN KEY(reason) REFERENCES reason_code (code),
	CONSTRAINT fk_episode_dfe_reason_dfe_reason_code FOREIGN KEY(dfe_reason) REFERENCES dfe_reason_code (code),
	CONSTRAINT fk_episode_owner_id_person FOREIGN KEY(owner_id) REFERENCES person (id),
	CONSTRAINT fk_episode_outcome_outcome_code FOREIGN KEY(outcome) REFERENCES outcome_code (code),
	CONSTRAINT fk_episode_placed_school_urn_school FOREIGN KEY(placed_school_urn) REFERENCES school (urn),
	CONSTRAINT fk_episode_last_school_urn_school FOREIGN KEY(last_school_urn) REFERENCES school (urn)
)
 STRICT;

CREATE TABLE folder_file (
	id INTEGER NOT NULL,
	path TEXT NOT NULL,
	source_file_id INTEGER NOT NULL,
	seen_at TEXT NOT NULL,
	delete_after TEXT,
	refusal TEXT NOT NULL,
	CONSTRAINT pk_folder_file PRIMARY KEY (id),
	CONSTRAINT uq_folder_file_path UNIQUE (path),
	CONSTRAINT fk_folder_file_source_file_id_source_file FOREIGN KEY(source_file_id) REFERENCES source_file (id)
)
 STRICT;

CREATE TABLE seen_again (
	id INTEGER NOT NULL,
	source_file_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	seen_at TEXT NOT NULL,
	CONSTRAINT pk_seen_again PRIMARY KEY (id),
	CONSTRAINT fk_seen_again_source_file_id_source_file FOREIGN KEY(source_file_id) REFERENCES source_file (id)
)
 STRICT;

CREATE TABLE audit_change (
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	table_name TEXT NOT NULL,
	row_id TEXT NOT NULL,
	operation TEXT NOT NULL,
	"before" TEXT,
	"after" TEXT,
	salt BLOB,
	digest BLOB NOT NULL,
	erased_by INTEGER,
	CONSTRAINT pk_audit_change PRIMARY KEY (id),
	CONSTRAINT fk_audit_change_seq_audit_event FOREIGN KEY(seq) REFERENCES audit_event (seq) DEFERRABLE INITIALLY DEFERRED
)
 STRICT;

CREATE TABLE episode_status (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	status TEXT NOT NULL,
	pathway TEXT NOT NULL,
	counts_as_cme INTEGER NOT NULL,
	why TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_episode_status PRIMARY KEY (id),
	CONSTRAINT fk_episode_status_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_episode_status_status_status_code FOREIGN KEY(status) REFERENCES status_code (code)
)
 STRICT;

CREATE TABLE episode_waiting (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	waiting_on TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_episode_waiting PRIMARY KEY (id),
	CONSTRAINT fk_episode_waiting_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id)
)
 STRICT;

CREATE TABLE episode_risk (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	risk TEXT NOT NULL,
	why TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_episode_risk PRIMARY KEY (id),
	CONSTRAINT fk_episode_risk_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id)
)
 STRICT;

CREATE TABLE episode_reason (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	reason TEXT,
	dfe_reason TEXT,
	valid_from TEXT NOT NULL,
	valid_to TEXT,
	recorded_at TEXT NOT NULL,
	superseded_at TEXT,
	CONSTRAINT pk_episode_reason PRIMARY KEY (id),
	CONSTRAINT fk_episode_reason_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_episode_reason_reason_reason_code FOREIGN KEY(reason) REFERENCES reason_code (code),
	CONSTRAINT fk_episode_reason_dfe_reason_dfe_reason_code FOREIGN KEY(dfe_reason) REFERENCES dfe_reason_code (code)
)
 STRICT;

CREATE TABLE referral (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	received_on TEXT NOT NULL,
	route TEXT NOT NULL,
	referrer_kind TEXT NOT NULL,
	referrer_name TEXT NOT NULL,
	referrer_contact TEXT NOT NULL,
	referrer_school_urn TEXT,
	their_reference TEXT NOT NULL,
	details TEXT NOT NULL,
	source_file_id INTEGER,
	told_of_closure_on TEXT,
	CONSTRAINT pk_referral PRIMARY KEY (id),
	CONSTRAINT fk_referral_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_referral_referrer_school_urn_school FOREIGN KEY(referrer_school_urn) REFERENCES school (urn),
	CONSTRAINT fk_referral_source_file_id_source_file FOREIGN KEY(source_file_id) REFERENCES source_file (id)
)
 STRICT;

CREATE TABLE parent (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	forename TEXT NOT NULL,
	surname TEXT NOT NULL,
	relationship_code TEXT NOT NULL,
	relationship TEXT NOT NULL,
	parental_responsibility INTEGER NOT NULL,
	has_care INTEGER NOT NULL,
	address TEXT NOT NULL,
	postcode TEXT NOT NULL,
	address_confidential INTEGER NOT NULL,
	phones TEXT NOT NULL,
	email TEXT NOT NULL,
	may_be_written_to INTEGER NOT NULL,
	must_not_be_told INTEGER NOT NULL,
	no_contact INTEGER NOT NULL,
	restriction_reason TEXT NOT NULL,
	electronic_consent INTEGER NOT NULL,
	electronic_consent_on TEXT,
	electronic_address TEXT NOT NULL,
	court_order TEXT NOT NULL,
	source TEXT NOT NULL,
	created_at TEXT NOT NULL,
	CONSTRAINT pk_parent PRIMARY KEY (id),
	CONSTRAINT fk_parent_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id)
)
 STRICT;

CREATE TABLE staged_pupil (
	id INTEGER NOT NULL,
	source_file_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	record TEXT NOT NULL,
	meaning TEXT NOT NULL,
	meaning_code TEXT NOT NULL,
	proposed TEXT NOT NULL,
	event_date TEXT,
	decision TEXT,
	decided_at TEXT,
	decided_by INTEGER,
	later_until TEXT,
	child_id INTEGER,
	episode_id INTEGER,
	CONSTRAINT pk_staged_pupil PRIMARY KEY (id),
	CONSTRAINT ck_staged_pupil_decision CHECK (decision IS NULL OR decision IN ('match', 'new', 'not-cme', 'later')),
	CONSTRAINT uq_staged_pupil_source_file_id_number UNIQUE (source_file_id, number),
	CONSTRAINT fk_staged_pupil_source_file_id_source_file FOREIGN KEY(source_file_id) REFERENCES source_file (id),
	CONSTRAINT fk_staged_pupil_decided_by_person FOREIGN KEY(decided_by) REFERENCES person (id),
	CONSTRAINT fk_staged_pupil_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_staged_pupil_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id)
)
 STRICT;

CREATE TABLE order_process (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	regime TEXT NOT NULL,
	ruleset TEXT NOT NULL,
	state TEXT NOT NULL,
	started_on TEXT NOT NULL,
	ended_on TEXT,
	school_urn TEXT,
	CONSTRAINT pk_order_process PRIMARY KEY (id),
	CONSTRAINT fk_order_process_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_order_process_school_urn_school FOREIGN KEY(school_urn) REFERENCES school (urn)
)
 STRICT;

CREATE TABLE task (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	rule TEXT NOT NULL,
	title TEXT NOT NULL,
	why TEXT NOT NULL,
	due TEXT NOT NULL,
	band TEXT NOT NULL,
	waits_on TEXT NOT NULL,
	derivation TEXT NOT NULL,
	facts_hash TEXT NOT NULL,
	is_manual INTEGER NOT NULL,
	state TEXT NOT NULL,
	put_off_until TEXT,
	put_off_reason TEXT NOT NULL,
	done_on TEXT,
	done_by INTEGER,
	created_at TEXT NOT NULL,
	CONSTRAINT pk_task PRIMARY KEY (id),
	CONSTRAINT ck_task_state CHECK (state IN ('open', 'done', 'dropped')),
	CONSTRAINT fk_task_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_task_done_by_person FOREIGN KEY(done_by) REFERENCES person (id)
)
 STRICT;

CREATE TABLE risk_assessment (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	version INTEGER NOT NULL,
	started_at TEXT NOT NULL,
	started_by INTEGER NOT NULL,
	finished_at TEXT,
	finished_by INTEGER,
	rating TEXT NOT NULL,
	CONSTRAINT pk_risk_assessment PRIMARY KEY (id),
	CONSTRAINT uq_risk_assessment_episode_id_version UNIQUE (episode_id, version),
	CONSTRAINT fk_risk_assessment_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_risk_assessment_started_by_person FOREIGN KEY(started_by) REFERENCES person (id),
	CONSTRAINT fk_risk_assessment_finished_by_person FOREIGN KEY(finished_by) REFERENCES person (id)
)
 STRICT;

CREATE TABLE document (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	episode_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	number TEXT NOT NULL,
	parent_id INTEGER,
	school_urn TEXT,
	addressee TEXT NOT NULL,
	template_version_id INTEGER NOT NULL,
	ruleset TEXT NOT NULL,
	facts_sha256 TEXT NOT NULL,
	facts TEXT NOT NULL,
	content_id INTEGER NOT NULL,
	sha256 TEXT NOT NULL,
	pages INTEGER NOT NULL,
	watermark TEXT NOT NULL,
	state TEXT NOT NULL,
	dated TEXT NOT NULL,
	planned_method TEXT,
	planned_sent_on TEXT,
	planned_service_on TEXT,
	printed_last_day TEXT,
	drafted_at TEXT NOT NULL,
	drafted_by INTEGER NOT NULL,
	approved_at TEXT,
	approved_by INTEGER,
	issued_at TEXT,
	issued_by INTEGER,
	printed_at TEXT,
	posted_on TEXT,
	returned_on TEXT,
	signed_scan_id INTEGER,
	CONSTRAINT pk_document PRIMARY KEY (id),
	CONSTRAINT ck_document_state CHECK (state IN ('draft', 'withdrawn', 'issued')),
	CONSTRAINT ck_document_never_the_drafter CHECK (approved_by IS NULL OR approved_by <> drafted_by),
	CONSTRAINT uq_document_uid UNIQUE (uid),
	CONSTRAINT fk_document_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_document_parent_id_parent FOREIGN KEY(parent_id) REFERENCES parent (id),
	CONSTRAINT fk_document_school_urn_school FOREIGN KEY(school_urn) REFERENCES school (urn),
	CONSTRAINT fk_document_template_version_id_template_version FOREIGN KEY(template_version_id) REFERENCES template_version (id),
	CONSTRAINT fk_document_content_id_content_file FOREIGN KEY(content_id) REFERENCES content_file (id),
	CONSTRAINT fk_document_planned_method_method_code FOREIGN KEY(planned_method) REFERENCES method_code (code),
	CONSTRAINT fk_document_drafted_by_person FOREIGN KEY(drafted_by) REFERENCES person (id),
	CONSTRAINT fk_document_approved_by_person FOREIGN KEY(approved_by) REFERENCES person (id),
	CONSTRAINT fk_document_issued_by_person FOREIGN KEY(issued_by) REFERENCES person (id),
	CONSTRAINT fk_document_signed_scan_id_content_file FOREIGN KEY(signed_scan_id) REFERENCES content_file (id)
)
 STRICT;

CREATE TABLE match_candidate (
	id INTEGER NOT NULL,
	staged_id INTEGER NOT NULL,
	child_id INTEGER NOT NULL,
	episode_id INTEGER,
	rank INTEGER NOT NULL,
	score INTEGER NOT NULL,
	match_class TEXT NOT NULL,
	reasons TEXT NOT NULL,
	CONSTRAINT pk_match_candidate PRIMARY KEY (id),
	CONSTRAINT ck_match_candidate_match_class CHECK (match_class IN ('certain', 'review', 'new')),
	CONSTRAINT fk_match_candidate_staged_id_staged_pupil FOREIGN KEY(staged_id) REFERENCES staged_pupil (id),
	CONSTRAINT fk_match_candidate_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
	CONSTRAINT fk_match_candidate_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id)
)
 STRICT;

CREATE TABLE enquiry (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	side TEXT NOT NULL,
	enquiry_code TEXT,
	asked TEXT NOT NULL,
	contact_detail TEXT NOT NULL,
	method TEXT NOT NULL,
	agency TEXT NOT NULL,
	made_on TEXT NOT NULL,
	made_at TEXT,
	parent_id INTEGER,
	outcome TEXT NOT NULL,
	outcome_detail TEXT NOT NULL,
	answered_on TEXT,
	chase_on TEXT,
	user_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	CONSTRAINT pk_enquiry PRIMARY KEY (id),
	CONSTRAINT ck_enquiry_side CHECK (side IN ('school', 'council')),
	CONSTRAINT ck_enquiry_sd39 CHECK (asked <> '' AND contact_detail <> ''),
	CONSTRAINT fk_enquiry_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_enquiry_enquiry_code_enquiry_code FOREIGN KEY(enquiry_code) REFERENCES enquiry_code (code),
	CONSTRAINT fk_enquiry_method_method_code FOREIGN KEY(method) REFERENCES method_code (code),
	CONSTRAINT fk_enquiry_parent_id_parent FOREIGN KEY(parent_id) REFERENCES parent (id),
	CONSTRAINT fk_enquiry_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE risk_answer (
	id INTEGER NOT NULL,
	assessment_id INTEGER NOT NULL,
	question INTEGER NOT NULL,
	answer TEXT NOT NULL,
	evidence TEXT NOT NULL,
	told_by TEXT NOT NULL,
	answered_on TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	CONSTRAINT pk_risk_answer PRIMARY KEY (id),
	CONSTRAINT ck_risk_answer_answer CHECK (answer IN ('yes', 'no', 'not-sure')),
	CONSTRAINT uq_risk_answer_assessment_id_question UNIQUE (assessment_id, question),
	CONSTRAINT fk_risk_answer_assessment_id_risk_assessment FOREIGN KEY(assessment_id) REFERENCES risk_assessment (id),
	CONSTRAINT fk_risk_answer_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE risk_response (
	id INTEGER NOT NULL,
	assessment_id INTEGER NOT NULL,
	question INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	told TEXT NOT NULL,
	contact_detail TEXT NOT NULL,
	called_at TEXT,
	reason TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	CONSTRAINT pk_risk_response PRIMARY KEY (id),
	CONSTRAINT fk_risk_response_assessment_id_risk_assessment FOREIGN KEY(assessment_id) REFERENCES risk_assessment (id),
	CONSTRAINT fk_risk_response_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE sharing (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	document_id INTEGER,
	recipient TEXT NOT NULL,
	lawful_basis TEXT NOT NULL,
	method TEXT NOT NULL,
	what TEXT NOT NULL,
	shared_at TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	CONSTRAINT pk_sharing PRIMARY KEY (id),
	CONSTRAINT fk_sharing_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_sharing_document_id_document FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_sharing_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE order_step (
	id INTEGER NOT NULL,
	process_id INTEGER NOT NULL,
	action TEXT NOT NULL,
	on_day TEXT NOT NULL,
	parent_id INTEGER,
	school_urn TEXT,
	document_id INTEGER,
	data TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	withdrawn_at TEXT,
	CONSTRAINT pk_order_step PRIMARY KEY (id),
	CONSTRAINT fk_order_step_process_id_order_process FOREIGN KEY(process_id) REFERENCES order_process (id),
	CONSTRAINT fk_order_step_parent_id_parent FOREIGN KEY(parent_id) REFERENCES parent (id),
	CONSTRAINT fk_order_step_school_urn_school FOREIGN KEY(school_urn) REFERENCES school (urn),
	CONSTRAINT fk_order_step_document_id_document FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_order_step_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE service (
	id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	parent_id INTEGER,
	school_urn TEXT,
	method TEXT NOT NULL,
	sent_on TEXT NOT NULL,
	deemed_on TEXT NOT NULL,
	last_day TEXT,
	printed_last_day TEXT,
	defective INTEGER NOT NULL,
	address_used TEXT NOT NULL,
	proof TEXT NOT NULL,
	returned_on TEXT,
	derivation TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	recorded_at TEXT NOT NULL,
	CONSTRAINT pk_service PRIMARY KEY (id),
	CONSTRAINT fk_service_document_id_document FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_service_parent_id_parent FOREIGN KEY(parent_id) REFERENCES parent (id),
	CONSTRAINT fk_service_school_urn_school FOREIGN KEY(school_urn) REFERENCES school (urn),
	CONSTRAINT fk_service_method_method_code FOREIGN KEY(method) REFERENCES method_code (code),
	CONSTRAINT fk_service_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE TABLE approval (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	document_id INTEGER,
	parent_id INTEGER,
	data TEXT NOT NULL,
	asked_by INTEGER NOT NULL,
	asked_at TEXT NOT NULL,
	decided_by INTEGER,
	decided_at TEXT,
	decision TEXT NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_approval PRIMARY KEY (id),
	CONSTRAINT ck_approval_decision CHECK (decision IN ('waiting', 'approved', 'refused', 'withdrawn')),
	CONSTRAINT ck_approval_never_the_drafter CHECK (decided_by IS NULL OR decided_by <> asked_by),
	CONSTRAINT fk_approval_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_approval_document_id_document FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_approval_parent_id_parent FOREIGN KEY(parent_id) REFERENCES parent (id),
	CONSTRAINT fk_approval_asked_by_person FOREIGN KEY(asked_by) REFERENCES person (id),
	CONSTRAINT fk_approval_decided_by_person FOREIGN KEY(decided_by) REFERENCES person (id)
)
 STRICT;

CREATE TABLE order_number (
	id INTEGER NOT NULL,
	number TEXT NOT NULL,
	document_id INTEGER NOT NULL,
	CONSTRAINT pk_order_number PRIMARY KEY (id),
	CONSTRAINT uq_order_number_document_id UNIQUE (document_id),
	CONSTRAINT uq_order_number_number UNIQUE (number),
	CONSTRAINT fk_order_number_document_id_document FOREIGN KEY(document_id) REFERENCES document (id)
)
 STRICT;

CREATE TABLE event (
	id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	episode_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	happened_on TEXT NOT NULL,
	happened_at TEXT,
	recorded_at TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	detail TEXT NOT NULL,
	enquiry_id INTEGER,
	document_id INTEGER,
	source_file_id INTEGER,
	CONSTRAINT pk_event PRIMARY KEY (id),
	CONSTRAINT uq_event_uid UNIQUE (uid),
	CONSTRAINT fk_event_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_event_user_id_person FOREIGN KEY(user_id) REFERENCES person (id),
	CONSTRAINT fk_event_enquiry_id_enquiry FOREIGN KEY(enquiry_id) REFERENCES enquiry (id),
	CONSTRAINT fk_event_document_id_document FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_event_source_file_id_source_file FOREIGN KEY(source_file_id) REFERENCES source_file (id)
)
 STRICT;

CREATE TABLE attachment (
	id INTEGER NOT NULL,
	episode_id INTEGER NOT NULL,
	event_id INTEGER,
	content_id INTEGER NOT NULL,
	title TEXT NOT NULL,
	added_at TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	CONSTRAINT pk_attachment PRIMARY KEY (id),
	CONSTRAINT fk_attachment_episode_id_episode FOREIGN KEY(episode_id) REFERENCES episode (id),
	CONSTRAINT fk_attachment_event_id_event FOREIGN KEY(event_id) REFERENCES event (id),
	CONSTRAINT fk_attachment_content_id_content_file FOREIGN KEY(content_id) REFERENCES content_file (id),
	CONSTRAINT fk_attachment_user_id_person FOREIGN KEY(user_id) REFERENCES person (id)
)
 STRICT;

CREATE INDEX ix_approval_document_id ON approval (document_id);

CREATE INDEX ix_approval_episode_id ON approval (episode_id);

CREATE INDEX ix_attachment_episode_id ON attachment (episode_id);

CREATE INDEX ix_audit_change_row ON audit_change (table_name, row_id);

CREATE INDEX ix_audit_change_seq ON audit_change (seq);

CREATE INDEX ix_audit_event_batch ON audit_event (batch) WHERE batch IS NOT NULL;

CREATE INDEX ix_audit_event_entity ON audit_event (entity) WHERE entity IS NOT NULL;

CREATE INDEX ix_audit_event_episode ON audit_event (episode_id) WHERE episode_id IS NOT NULL;

CREATE INDEX ix_child_address_child_id ON child_address (child_id);

CREATE INDEX ix_child_address_postcode_key ON child_address (postcode_key);

CREATE INDEX ix_child_dob ON child (dob);

CREATE INDEX ix_child_identifier_child_id ON child_identifier (child_id);

CREATE INDEX ix_child_identifier_value ON child_identifier (scheme, value);

CREATE INDEX ix_child_name_child_id ON child_name (child_id);

CREATE INDEX ix_child_name_keys ON child_name (surname_key, forename_key);

CREATE INDEX ix_child_risk_group_child_id ON child_risk_group (child_id);

CREATE INDEX ix_content_file_sha256 ON content_file (sha256);

CREATE INDEX ix_document_case ON document (episode_id, code);

CREATE INDEX ix_enquiry_episode_id ON enquiry (episode_id);

CREATE INDEX ix_episode_child_id ON episode (child_id);

CREATE INDEX ix_episode_open ON episode (closed_on, next_date);

CREATE INDEX ix_episode_reason_episode_id ON episode_reason (episode_id);

CREATE INDEX ix_episode_risk_episode_id ON episode_risk (episode_id);

CREATE INDEX ix_episode_status_episode_id ON episode_status (episode_id);

CREATE INDEX ix_episode_waiting_episode_id ON episode_waiting (episode_id);

CREATE INDEX ix_event_case ON event (episode_id, happened_on);

CREATE INDEX ix_match_candidate_staged_id ON match_candidate (staged_id);

CREATE INDEX ix_not_same_pupil_key ON not_same (pupil_key);

CREATE INDEX ix_order_process_episode_id ON order_process (episode_id);

CREATE INDEX ix_order_step_process_id ON order_step (process_id);

CREATE INDEX ix_parent_episode_id ON parent (episode_id);

CREATE INDEX ix_referral_episode_id ON referral (episode_id);

CREATE INDEX ix_risk_answer_assessment_id ON risk_answer (assessment_id);

CREATE INDEX ix_risk_assessment_episode_id ON risk_assessment (episode_id);

CREATE INDEX ix_risk_response_assessment_id ON risk_response (assessment_id);

CREATE INDEX ix_routine_check_kind ON routine_check (kind);

CREATE INDEX ix_school_la_estab ON school (la, estab);

CREATE INDEX ix_school_link_other_urn ON school_link (other_urn);

CREATE INDEX ix_school_link_urn ON school_link (urn);

CREATE INDEX ix_school_name_key ON school (name_key);

CREATE INDEX ix_school_postcode ON school (postcode);

CREATE INDEX ix_school_registration_child_id ON school_registration (child_id);

CREATE INDEX ix_school_registration_school_urn ON school_registration (school_urn);

CREATE INDEX ix_search_text_child_id ON search_text (child_id);

CREATE INDEX ix_search_who_child ON search_who (child_id, kind, value);

CREATE INDEX ix_seen_again_source_file_id ON seen_again (source_file_id);

CREATE INDEX ix_service_document_id ON service (document_id);

CREATE INDEX ix_service_parent_id ON service (parent_id);

CREATE INDEX ix_sharing_episode_id ON sharing (episode_id);

CREATE INDEX ix_sibling_link_child_id ON sibling_link (child_id);

CREATE INDEX ix_sibling_link_other_child_id ON sibling_link (other_child_id);

CREATE INDEX ix_staged_pupil_source_file_id ON staged_pupil (source_file_id);

CREATE INDEX ix_staged_pupil_waiting ON staged_pupil (decision);

CREATE INDEX ix_task_episode_id ON task (episode_id);

CREATE INDEX ix_task_open ON task (state, due);
