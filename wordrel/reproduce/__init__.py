"""The findings of the talk, one file each: what is claimed, measured again on this machine."""
