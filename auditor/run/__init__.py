"""The orchestration: collect() fills the run file, judge() reads it through the rules."""
