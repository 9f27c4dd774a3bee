"""Simulated devices: ONVIF over SOAP and HTTP, Hikvision's ISAPI, WS-Discovery, and the faults of known brands."""
