"""Who uses which version of the API, and the end of the addresses without one."""
