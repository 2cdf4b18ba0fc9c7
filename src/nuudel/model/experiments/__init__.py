"""Natural experiments: a policy or a disaster that struck some places and years and not others."""
