"""Grid workers who walk the roads with phones that know nothing but the public API."""
