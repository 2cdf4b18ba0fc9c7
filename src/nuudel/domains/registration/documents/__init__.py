"""Identity documents: issued, lost, replaced; and issued to people without any papers."""
