"""Care guides: pages that people write in the CMS, read through the API, and are led to by answers."""
