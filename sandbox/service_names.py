"""Service names for the pages that a city shows: by code, Chinese and English."""

from collections.abc import Mapping

NAMES: Mapping[str, tuple[str, str]] = {
    "SI-QUERY": ("社保综合查询", "Social insurance query"),
    "HF-QUERY": ("公积金查询", "Housing fund query"),
    "RE-QUERY": ("不动产查询", "Real-estate query"),
    "HOSP-APPT": ("预约挂号", "Hospital appointment"),
    "WATER-QUERY": ("水费查询", "Water bills"),
    "WATER-PAY": ("水务缴费", "Pay water bill"),
    "GAS-QUERY": ("燃气查询", "Gas bills"),
    "GAS-PAY": ("燃气缴费", "Pay gas bill"),
    "POWER-QUERY": ("电费查询", "Electricity bills"),
    "POWER-PAY": ("电费缴费", "Pay electricity bill"),
    "TRANSIT-CODE": ("刷码乘车", "Transit ride code"),
    "BUS-TICKET": ("汽车票购票", "Coach tickets"),
    "RAIL-TICKET": ("火车票购票", "Rail tickets"),
    "TRAFFIC-VIOL": ("违章查询", "Traffic violations"),
    "EDU-CRED": ("学历查询", "Academic credential check"),
    "PANDA-CARD": ("金熊猫卡", "Golden Panda card"),
    "MARRIAGE-APPT": ("婚事通", "Marriage registration"),
    "NOTARY": ("在线公证", "Online notary"),
    "HOTLINE-12345": ("12345 诉求", "12345 hotline case"),
    "NOTICE-OUTAGE": ("停水停电停气公告", "Outage notices"),
    "DE-SHUTTLE": ("成德地铁3号线摆渡车购票查询", "Metro line 3 shuttle"),
    "DE-CREDIT": ("市民信用分", "Citizen credit score"),
    "ME-DONGPO": ("三苏祠预约", "Sansu Shrine visit"),
    "ZI-POLICY": ("政策字典", "Policy dictionary"),
    "LE-BUDDHA": ("乐山大佛预约", "Giant Buddha tickets"),
}


def service_name(code: str) -> str:
    """`在线公证 Online notary · NOTARY`; only the code when the page knows no name."""
    name = NAMES.get(code)
    return f"{name[0]} {name[1]} · {code}" if name else code
