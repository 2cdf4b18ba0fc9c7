"""What all domains share: lists, record pages, forms, states, comments, attachments, notices, exports."""
