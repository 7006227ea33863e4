"""The enums of the graph. Every value equals its name, so that rows hold plain text and compare with the members.

Nothing here knows GraphQL: who reads an error code loads no graph. `enums` makes them known to it.
"""

from schema.naming import Name, described


@described("个人信息级别。 Sensitivity of personal data.")
class PiiLevel(Name):
    PERSONAL = "PERSONAL", "一般个人信息 ordinary personal information"
    SENSITIVE = "SENSITIVE", "敏感个人信息(证件号、医疗、金融、行踪) sensitive personal information"


@described("脱敏方式;城市未脱敏的,由网关脱敏。 How a text is masked; what a city leaves bare, the gateway masks.")
class Mask(Name):
    ACCOUNT = "ACCOUNT", "户号:08****0045 account number"
    ADDRESS = "ADDRESS", "地址:前六字 address, its first six characters"
    NAME = "NAME", "姓名:陈* name"
    PHONE = "PHONE", "手机号:138****0000 phone number"


@described(
    "城市(入参用)。由各城市频道配置生成,只增不减。 City, for arguments only. Generated from the channel files; values are never removed."
)
class CityId(Name):
    """A stand-in: each graph has the cities it was built with, and hands their slugs to the answers."""

    PLACEHOLDER = "PLACEHOLDER"


@described("语言;缺省取 Accept-Language。 Language; defaults to Accept-Language.")
class Language(Name):
    ZH = "ZH"
    EN = "EN"


@described("频道状态。 Channel lifecycle.")
class ChannelStatus(Name):
    DRAFT = "DRAFT", "草稿,仅本地可见 draft: only in preview"
    PILOT = "PILOT", "试点,按比例或白名单放量 pilot: canary traffic only"
    LIVE = "LIVE", "正式 live"
    PAUSED = "PAUSED", "暂停:目录可见,调用返回 CHANNEL_PAUSED paused"
    RETIRED = "RETIRED", "已下线:入参仍可接受,调用返回 CHANNEL_RETIRED retired"


@described("实时可用性(由熔断器与健康探测得出)。 Live availability.")
class Availability(Name):
    UP = "UP"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


@described("一致性徽章。 Conformance badge from the conformance kit.")
class Badge(Name):
    NONE = "NONE"
    BRONZE = "BRONZE"
    SILVER = "SILVER"
    GOLD = "GOLD"


@described("联系人角色。 Contact role.")
class ContactRole(Name):
    OPERATOR = "OPERATOR"
    ONCALL = "ONCALL"
    DATA_PROTECTION = "DATA_PROTECTION"
    CITIZEN_HOTLINE = "CITIZEN_HOTLINE"


@described("实名等级。 Identity assurance.")
class AssuranceLevel(Name):
    """Ordered as declared. Text would compare by its letters, so the four comparisons are by rank."""

    ANONYMOUS = "ANONYMOUS", "匿名 anonymous"
    REGISTERED = "REGISTERED", "已注册(手机号) registered"
    REAL_NAME = "REAL_NAME", "实名(姓名+证件) real name"
    REAL_PERSON = "REAL_PERSON", "实人(人脸活体) real person"
    IN_PERSON = "IN_PERSON", "实证(线下核验或数字证书) in person / certificate"

    @property
    def rank(self) -> int:
        """0 for nobody, rising."""
        return list(AssuranceLevel).index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank < AssuranceLevel(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= AssuranceLevel(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > AssuranceLevel(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= AssuranceLevel(other).rank


@described("绑定状态。 Link state.")
class AccountState(Name):
    LINKED = "LINKED"
    NOT_LINKED = "NOT_LINKED"
    NEEDS_REAUTH = "NEEDS_REAUTH"
    SUSPENDED = "SUSPENDED"
    CONFLICT = "CONFLICT"


@described(
    "发往城市后端的个人信息项;漫游协议逐项授权。 Personal data items sent to a city; agreements list them one by one."
)
class Claim(Name):
    PAIRWISE_ID = "PAIRWISE_ID"
    NAME = "NAME"
    ID_NUMBER = "ID_NUMBER"
    PHONE = "PHONE"
    SOCIAL_CARD_NUMBER = "SOCIAL_CARD_NUMBER"
    VEHICLE_PLATE = "VEHICLE_PLATE"
    ADDRESS = "ADDRESS"
    FACE_PROOF = "FACE_PROOF"


@described("服务主题(与市级清单一致)。 Theme, as in the cities' lists.")
class Theme(Name):
    SOCIAL_SECURITY = "SOCIAL_SECURITY", "社会保障"
    HEALTH = "HEALTH", "医疗健康"
    TRANSPORT = "TRANSPORT", "交通出行"
    HOUSING = "HOUSING", "住房服务"
    BILLS = "BILLS", "生活缴费"
    DAILY_LIFE = "DAILY_LIFE", "便民生活"
    LEISURE = "LEISURE", "休闲游玩"
    LEGAL = "LEGAL", "法律服务"
    EDUCATION = "EDUCATION", "智慧教育"
    OTHER = "OTHER", "其他服务"


@described("服务类型。 Service type.")
class ServiceType(Name):
    QUERY = "QUERY", "查询类"
    TRANSACT = "TRANSACT", "办理类"
    INFO = "INFO", "资讯类"


@described("事项来源。 Source level.")
class SourceLevel(Name):
    CITY = "CITY", "市自建系统"
    PROVINCE = "PROVINCE", "省建系统"
    MINISTRY = "MINISTRY", "部委系统"
    PARTNER = "PARTNER", "社会机构(如企业自建) third party"


@described("对接状态。 Integration status.")
class IntegrationStatus(Name):
    NOT_STARTED = "NOT_STARTED", "未对接"
    CONNECTED = "CONNECTED", "已对接未开发"
    IN_DEVELOPMENT = "IN_DEVELOPMENT", "已对接开发中"
    LIVE = "LIVE", "已全面完成"
    RETIRED = "RETIRED", "已下线"


@described("不可漫游的原因。 Why a share is refused.")
class ShareDenial(Name):
    NO_AGREEMENT = "NO_AGREEMENT"
    AGREEMENT_EXPIRED = "AGREEMENT_EXPIRED"
    AGREEMENT_SUSPENDED = "AGREEMENT_SUSPENDED"
    NOT_OFFERED = "NOT_OFFERED"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    CHANNEL_PAUSED = "CHANNEL_PAUSED"


@described("漫游协议的状态。 State of a roaming agreement.")
class AgreementState(Name):
    DRAFT = "DRAFT", "草稿 draft"
    PENDING = "PENDING", "待签署,或未到生效日 awaiting signatures, or its first day"
    ACTIVE = "ACTIVE", "有效 in force"
    SUSPENDED = "SUSPENDED", "已暂停(提供方、使用方或网关) suspended by provider, consumer or gateway"
    ARCHIVED = "ARCHIVED", "已归档 archived"
    REJECTED = "REJECTED", "未获同意 rejected"
    EXPIRED = "EXPIRED", "已到期 past its last day"


@described("委托中被代办人是代办人的什么人。 What the principal of a mandate is to the one who acts.")
class MandateRelation(Name):
    PARENT = "PARENT", "父母 the one who acts does so for a parent"
    CHILD = "CHILD", "子女 for a child"
    SPOUSE = "SPOUSE", "配偶 for a spouse"
    GRANDPARENT = "GRANDPARENT", "祖父母、外祖父母 for a grandparent"
    SIBLING = "SIBLING", "兄弟姐妹 for a brother or sister"
    OTHER = "OTHER", "其他近亲属 for another close relative"


@described("委托的状态。 State of a mandate.")
class MandateState(Name):
    OFFERED = "OFFERED", "已发出,待对方凭一次性代码接受 waiting for the code to be entered"
    ACTIVE = "ACTIVE", "有效 in force"
    ENDED = "ENDED", "已由一方结束 ended by either side"
    EXPIRED = "EXPIRED", "已到期,或代码未在期限内使用 past its last moment, or never accepted in time"


@described("本人在委托中的一方。 Which side of a mandate the citizen is on.")
class MandateRole(Name):
    GIVEN = "GIVEN", "我委托他人 somebody acts for me"
    HELD = "HELD", "他人委托我 I act for somebody"


@described("单独同意的状态。 State of a separate consent.")
class ConsentState(Name):
    GRANTED = "GRANTED", "已同意,有效 given and in force"
    REVOKED = "REVOKED", "已撤回 taken back"
    EXPIRED = "EXPIRED", "已到期 past its last moment"
    SUPERSEDED = "SUPERSEDED", "已由更新的同意取代 replaced by a newer one"


@described("逐城结果种类。 Outcome for one city.")
class CityOutcome(Name):
    OK = "OK", "成功 fresh"
    PARTIAL = "PARTIAL", "部分记录不合契约被隐去 some rows withheld"
    STALE = "STALE", "后端失败,给出缓存旧值 stale value served"
    FAILED = "FAILED", "后端失败 failed"
    DENIED = "DENIED", "未绑定、未同意或无协议 not asked: no link, consent or agreement"
    NOT_OFFERED = "NOT_OFFERED", "该城市不提供此能力 city does not offer it"


@described("规范错误码;同样出现在 errors[].extensions.code。 Canonical error codes.")
class ErrorCode(Name):
    UNAUTHENTICATED = "UNAUTHENTICATED"
    ASSURANCE_TOO_LOW = "ASSURANCE_TOO_LOW"
    FORBIDDEN = "FORBIDDEN"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    ACCOUNT_NOT_LINKED = "ACCOUNT_NOT_LINKED"
    ACCOUNT_NEEDS_REAUTH = "ACCOUNT_NEEDS_REAUTH"
    ACCOUNT_SUSPENDED = "ACCOUNT_SUSPENDED"
    NO_AGREEMENT = "NO_AGREEMENT"
    AGREEMENT_EXPIRED = "AGREEMENT_EXPIRED"
    AGREEMENT_SUSPENDED = "AGREEMENT_SUSPENDED"
    NOT_OFFERED = "NOT_OFFERED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    CHANNEL_PAUSED = "CHANNEL_PAUSED"
    CHANNEL_RETIRED = "CHANNEL_RETIRED"
    BACKEND_UNREACHABLE = "BACKEND_UNREACHABLE"
    BACKEND_TIMEOUT = "BACKEND_TIMEOUT"
    BACKEND_CIRCUIT_OPEN = "BACKEND_CIRCUIT_OPEN"
    BACKEND_REJECTED = "BACKEND_REJECTED"
    BACKEND_CONTRACT_BROKEN = "BACKEND_CONTRACT_BROKEN"
    NOT_FOUND = "NOT_FOUND"
    INVALID_INPUT = "INVALID_INPUT"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    ALREADY_DONE = "ALREADY_DONE"
    OUTCOME_UNKNOWN = (
        "OUTCOME_UNKNOWN",
        "请求已发出而答复未到:结果未知,网关会去问清,不要重做。 Sent, no answer: the gateway will find out; do not repeat.",
    )
    LEDGER_UNAVAILABLE = (
        "LEDGER_UNAVAILABLE",
        "调用记录暂时写不进去,因此没有跨城调用。 The usage ledger cannot be written, so nothing crossed a border.",
    )
    STORE_UNAVAILABLE = (
        "STORE_UNAVAILABLE",
        "网关的存储暂时写不进去,因此什么也没有办理。 The gateway's store cannot be written, so nothing was sent.",
    )
    QUERY_REJECTED = (
        "QUERY_REJECTED",
        "查询过大、过深或成本过高,未调用任何城市。 Too large, deep or costly; no city was called.",
    )
    INTERNAL = "INTERNAL"


@described("账单种类。 Bill kind.")
class UtilityKind(Name):
    WATER = "WATER", "水"
    ELECTRICITY = "ELECTRICITY", "电"
    GAS = "GAS", "气"
    CABLE = "CABLE", "有线电视/宽带"
    PROPERTY = "PROPERTY", "物业"
    FINE = "FINE", "非税/罚款"
    OTHER = "OTHER", "其他"


@described("账单状态。 Bill state.")
class BillState(Name):
    UNPAID = "UNPAID"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    OVERDUE = "OVERDUE"
    CANCELLED = "CANCELLED"


@described("险种。 Insurance kind.")
class InsuranceKind(Name):
    PENSION = "PENSION"
    MEDICAL = "MEDICAL"
    UNEMPLOYMENT = "UNEMPLOYMENT"
    WORK_INJURY = "WORK_INJURY"
    MATERNITY = "MATERNITY"
    RESIDENT_PENSION = "RESIDENT_PENSION"
    RESIDENT_MEDICAL = "RESIDENT_MEDICAL"


@described("参保/缴存状态。 Enrolment state.")
class EnrolmentState(Name):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"
    RETIRED = "RETIRED"


@described("预约种类。 Appointment kind.")
class AppointmentKind(Name):
    HOSPITAL = "HOSPITAL"
    MARRIAGE = "MARRIAGE"
    ID_CARD = "ID_CARD"
    REAL_ESTATE = "REAL_ESTATE"
    HOUSING_FUND = "HOUSING_FUND"
    OTHER = "OTHER"


@described("预约状态。 Appointment state.")
class AppointmentState(Name):
    BOOKED = "BOOKED"
    CHECKED_IN = "CHECKED_IN"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


@described("办件状态。 Application state.")
class ApplicationState(Name):
    SUBMITTED = "SUBMITTED", "已提交"
    ACCEPTED = "ACCEPTED", "已受理"
    NEEDS_CORRECTION = "NEEDS_CORRECTION", "补正材料"
    IN_REVIEW = "IN_REVIEW", "审核中"
    COMPLETED = "COMPLETED", "已办结"
    REJECTED = "REJECTED", "不予受理/不通过"
    WITHDRAWN = "WITHDRAWN", "已撤回"


@described("公告种类。 Notice kind.")
class NoticeKind(Name):
    WATER_OUTAGE = "WATER_OUTAGE"
    GAS_OUTAGE = "GAS_OUTAGE"
    POWER_OUTAGE = "POWER_OUTAGE"
    TRANSIT = "TRANSIT"
    POLICY = "POLICY"
    EVENT = "EVENT"
    OTHER = "OTHER"


@described("身份立场:本地、漫游(有协议)、访客。 Local, roaming under an agreement, or visitor.")
class Standing(Name):
    LOCAL = "LOCAL"
    ROAMING = "ROAMING"
    VISITOR = "VISITOR"


@described("跨城调用的结果。 What came of a call across a city border.")
class AccessOutcome(Name):
    OK = "OK", "城市已答复 the city answered"
    FAILED = "FAILED", "未成功,原因见 code no answer of use; see code"
    DENIED = "DENIED", "未发出:无协议、未同意或超额 not sent: no agreement, consent or quota"
    UNKNOWN = "UNKNOWN", "已发出而结果未知 sent, and the outcome is not known"
