"""Why nothing, or not all, was heard at a loudspeaker: a code, and a sentence in Chinese and English."""

import os
from dataclasses import dataclass
from enum import StrEnum

from config.accounts import MissingPassword
from ingest.onvif.problem import Code, DeviceProblem, printable
from ingest.rtsp.address import AddressRefused
from ingest.rtsp.back_channel import NoLoudspeaker
from ingest.rtsp.message import RtspError
from ingest.rtsp.session import Redirected, Unauthorised


class Why(StrEnum):
    BUSY = "busy"
    QUIET_HOURS = "quiet_hours"
    DISABLED = "disabled"
    NO_SPEECH = "no_speech"
    NOT_LIVE = "not_live"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NO_LOUDSPEAKER = "no_loudspeaker"
    ACCOUNT = "account"
    TOO_SLOW = "too_slow"
    STOPPED = "stopped"
    TAKEN_OVER = "taken_over"
    TIME_LIMIT = "time_limit"
    CONNECTION_LOST = "connection_lost"


@dataclass(frozen=True, slots=True)
class Reason:
    why: Why
    zh: str
    en: str


class Failed(Exception):
    """It cannot be heard at this loudspeaker."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason


TEXTS = {
    Why.QUIET_HOURS: ("静音时段，仅监督员可喊话", "quiet hours: only supervisors may speak"),
    Why.DISABLED: ("已在配置中停用", "is switched off in the configuration"),
    Why.NO_SPEECH: ("此音柱不会读文字，本机也未配置语音合成；请用录音",
                    "it cannot read text, and no speech program is set up here: use a recorded announcement"),
    Why.NOT_LIVE: ("此音柱不能实时喊话", "it cannot be spoken to live"),
    Why.UNREACHABLE: ("无法连接", "out of reach"),
    Why.TOO_SLOW: ("没有及时应答", "does not answer in time"),
    Why.STOPPED: ("已停止", "stopped"),
    Why.TIME_LIMIT: ("已到时限", "the time limit was reached"),
    Why.CONNECTION_LOST: ("喊话端断开，已停止", "the speaker's own connection was lost: stopped"),
}  # fmt: skip


def reason(why: Why, detail: str = "") -> Reason:
    zh, en = TEXTS[why]
    told = printable(detail)
    return Reason(why, f"{zh}：{told}" if told else zh, f"{en}: {told}" if told else en)


def busy(name: str) -> Reason:
    return Reason(Why.BUSY, f"{name} 正在使用", f"{name} is speaking there")


def taken_over(name: str) -> Reason:
    return Reason(Why.TAKEN_OVER, f"被 {name} 接管", f"taken over by {name}")


EXPECTED = (Failed, DeviceProblem, RtspError, MissingPassword, OSError, TimeoutError)
"""What speaking to a device may raise."""


def reason_of(problem: Exception) -> Reason:
    """Of one of `EXPECTED`."""
    told = printable(str(problem))
    match problem:
        case Failed():
            return problem.reason
        case TimeoutError():  # an OSError too
            return reason(Why.TOO_SLOW)
        case MissingPassword():
            return Reason(Why.ACCOUNT, "缺少账号密码", f"has no password: {told}")
        case Unauthorised():
            return Reason(Why.ACCOUNT, "账号或密码被拒绝", told)
        case NoLoudspeaker():
            return Reason(Why.NO_LOUDSPEAKER, "摄像机没有可用的扬声器通道", told)
        case Redirected() | AddressRefused():
            return Reason(Why.REFUSED, "地址不被允许", told)
        case RtspError():
            return Reason(Why.REFUSED, "设备拒绝或中断了喊话", told)
        case DeviceProblem() if problem.code is Code.UNREACHABLE:
            return reason(Why.UNREACHABLE)
        case DeviceProblem():
            kinds = {
                Code.TIMED_OUT: Why.TOO_SLOW,
                Code.NOT_AUTHORIZED: Why.ACCOUNT,
                Code.BUSY: Why.BUSY,
            }
            return Reason(kinds.get(problem.code, Why.REFUSED), problem.zh, problem.en)
        case OSError():
            return reason(Why.UNREACHABLE, os.strerror(problem.errno) if problem.errno and problem.errno > 0 else "")
    return Reason(Why.REFUSED, "设备拒绝了喊话", told)
