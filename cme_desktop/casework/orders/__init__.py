"""The order process of a case: each act checked by the law, recorded with its papers, or refused with its section."""
