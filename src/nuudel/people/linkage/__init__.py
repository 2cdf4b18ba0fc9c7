"""Record linkage: which records of persons may be of one person. It proposes pairs; people decide."""
