UPDATE counters SET value = value + 1;
