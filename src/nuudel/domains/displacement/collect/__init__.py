"""The OpenRosa server: what ODK Collect, KoBoCollect, Enketo and Briefcase ask of it."""
