"""The policy dictionary: clauses of policies for enterprises, found by a word in title or clause."""

from typing import Any

_SITE = "https://www.zy.example.gov.cn/policy/"
_CLAUSES = (
    ("资阳市促进民营经济高质量发展若干措施", "对首次升规工业企业给予一次性奖励 10 万元", "p-001"),
    ("资阳市促进民营经济高质量发展若干措施", "对新认定高新技术企业给予补助 20 万元", "p-002"),
    ("资阳市稳岗返还实施办法", "不裁员或少裁员的参保企业按上年缴纳失业保险费的 60% 返还", "p-003"),
    ("资阳市创业担保贷款实施细则", "小微企业贷款额度最高 300 万元,财政贴息 50%", "p-004"),
    ("资阳市口腔产业发展扶持办法", "入驻中国牙谷的企业三年内租金补贴 50%", "p-005"),
    ("资阳市成渝中部现代农业支持政策", "柠檬深加工项目按设备投资的 20% 补助", "p-006"),
    ("资阳市引进人才安家补助办法", "全职引进博士发放安家补助 20 万元", "p-007"),
    ("资阳市企业上云补贴细则", "企业上云费用按 30% 补贴,每年不超过 10 万元", "p-008"),
)


def find(keyword: str) -> list[dict[str, Any]]:
    """Rows {BT, TK, LJ} whose title or clause has the keyword; all of them without one."""
    return [
        {"BT": title, "TK": clause, "LJ": _SITE + ref} for title, clause, ref in _CLAUSES if keyword in title + clause
    ]
