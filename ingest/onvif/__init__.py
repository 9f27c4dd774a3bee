"""Access to devices by ONVIF and ISAPI. What a device says is hostile until checked; every failure has a reason."""
