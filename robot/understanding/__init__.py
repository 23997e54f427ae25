"""◆ Words → meaning: reasons for calling, danger, control words, yes and no, numbers, addresses. Pure."""
