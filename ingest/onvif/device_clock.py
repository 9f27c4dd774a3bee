"""A device's clock as it tells it (ONVIF Core 8.3.7): often in the wrong zone, sometimes with parts left out."""

import calendar
import datetime
import re

from ingest.onvif.xml_reply import Node, whole

HALF_HOUR_S = 1800.0
_HOUR_S = 3600.0
LARGEST_ZONE_S = 15 * 3600.0
"""East or west of Greenwich at most 14 h, and an hour of summer time."""
_ZONE = re.compile(r"(?:<[^>]{1,16}>|[A-Za-z]{2,16})([+-]?)(\d{1,2})(?::(\d{2}))?")


def clock_offset(reply: Node, ours: float) -> float | None:
    """The device's clock minus ours (Unix time), from a GetSystemDateAndTime reply; None where it does not tell.

    UTCDateTime counts; where it is missing, LocalDateTime with the offset of TimeZone, and an hour where it says that
    summer time is on. POSIX counts that offset to the west, and makers write it both ways, and not all mean summer time
    by what they say, so what is nearest to our time is taken.
    """
    told = _unix(reply.find("UTCDateTime"))
    if told is not None:
        return told - ours
    local, zone_s = _unix(reply.find("LocalDateTime")), _zone(reply)
    if local is None or zone_s is None:
        return None
    summer = reply.find("DaylightSavings")
    hours = (0.0, _HOUR_S) if summer is not None and summer.text.strip().lower() in ("true", "1") else (0.0,)
    return min((local - ours + sign * zone_s - hour for sign in (-1, 1) for hour in hours), key=abs)


def other_offset(offset_s: float) -> float:
    """By what else a device may judge tokens that tells this offset: its clock without the zone or summer time that got
    into what it calls UTC, else ours.

    Dahua with summer time tells an hour too much and judges by true UTC (agsh/onvif #249, home-assistant/core #68216);
    others tell local time as UTC (OpenIPC/majestic-webui #292).
    """
    return offset_s - zone_error(offset_s) if zone_error(offset_s) else 0.0


def zone_error(offset_s: float) -> float:
    """The whole half hours, in seconds, that are in an offset a zone could explain; 0 where there are none."""
    return HALF_HOUR_S * round(offset_s / HALF_HOUR_S) if abs(offset_s) <= LARGEST_ZONE_S else 0.0


def _zone(reply: Node) -> float | None:
    """Seconds in a POSIX time zone such as `CST-8` or `CST-8:00:00`, without its sign."""
    zone = reply.find("TZ")
    found = _ZONE.match(zone.text[:64]) if zone is not None else None
    if found is None:
        return None
    seconds = int(found[2]) * _HOUR_S + int(found[3] or 0) * 60.0
    return seconds if seconds <= LARGEST_ZONE_S else None


def _unix(node: Node | None) -> float | None:
    """A DateTime read as UTC; None where it is missing or impossible."""
    if node is None:
        return None
    asked = [("Date", "Year"), ("Date", "Month"), ("Date", "Day"), ("Time", "Hour"), ("Time", "Minute")]
    found = [whole(node.said(*names), 0, 9999) for names in [*asked, ("Time", "Second")]]
    year, month, day, hour, minute, second = (-1 if value is None else value for value in found)
    try:
        # A leap second, which some clocks show, is the second before it.
        moment = datetime.datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    return float(calendar.timegm(moment.timetuple()))
