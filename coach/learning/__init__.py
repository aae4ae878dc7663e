"""Teaching the second reader from labelled replies. Needs the packages of the group `training`; never runs live."""
