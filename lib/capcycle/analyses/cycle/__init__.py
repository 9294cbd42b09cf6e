"""The capital cycle: how a build-out stands to the economy, and how one series follows another with what certainty."""
