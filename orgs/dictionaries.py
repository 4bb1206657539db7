"""The first values of the lists that provincial staff change in the admin (`orgs.Option`).

Codes are stable, rules and rows refer to them; labels are what people read. Our best reading where the guide is silent.
"""

from django.db.models import TextChoices

from orgs.kinds import LEADING

Options = tuple[tuple[str, str], ...]


class Group(TextChoices):
    """One editable list."""

    INDUSTRY = "industry", "单位行业"
    OCCUPATION = "occupation", "具体职业"
    EDUCATION = "education", "学历"
    TITLE_BASIC = "title_basic", "团内现任职务（团支部、团总支、团委、团工委）"
    TITLE_LEADING = "title_leading", "团内现任职务（团的领导机关）"
    APPOINTMENT = "appointment", "任现职方式"
    DUTY = "duty", "在岗状态"


DICTIONARIES: dict[str, Options] = {
    Group.INDUSTRY: (
        ("government", "党政机关"),
        ("public_institution", "事业单位"),
        ("university", "普通高等院校"),
        ("vocational_college", "职业教育学校"),
        ("senior_school", "普通高中"),
        ("vocational_school", "中等职业院校"),
        ("complete_school", "完全中学"),
        ("junior_school", "初中"),
        ("nine_year_school", "九年一贯制学校"),
        ("twelve_year_school", "十二年一贯制学校"),
        ("primary_school", "小学"),
        ("state_enterprise", "国有企业"),
        ("collective_enterprise", "集体企业"),
        ("private_enterprise", "非公企业"),
        ("social_organisation", "社会组织"),
        ("army", "军队"),
        ("armed_police", "武警"),
        ("urban_community", "城市社区"),
        ("village", "农村"),
        ("other", "其他"),
    ),
    Group.OCCUPATION: (
        ("government", "党政机关工作人员"),
        ("public_institution", "事业单位工作人员"),
        ("state_enterprise", "国有企业职工"),
        ("collective_enterprise", "集体企业职工"),
        ("private_enterprise", "非公企业职工"),
        ("social_organisation", "社会组织员工"),
        ("university_staff", "高校教职工"),
        ("vocational_staff", "中职教职工"),
        ("secondary_staff", "中学教职工"),
        ("primary_staff", "小学及幼儿园教职工"),
        ("farmer", "农民"),
        ("freelance", "自由职业者"),
        ("new_forms", "新就业形态青年"),
        ("military", "军人（武警）"),
        ("unemployed", "待业"),
        ("other", "其他"),
    ),
    Group.EDUCATION: (
        ("primary", "小学"),
        ("junior", "初中"),
        ("senior", "普通高中"),
        ("vocational", "中等职业教育"),
        ("college", "大学专科"),
        ("bachelor", "大学本科"),
        ("master", "硕士研究生"),
        ("doctor", "博士研究生"),
    ),
    Group.TITLE_BASIC: (
        ("secretary", "书记"),
        ("deputy_secretary", "副书记"),
        ("committee_member", "委员"),
    ),
    Group.TITLE_LEADING: (
        ("secretary", "书记"),
        ("deputy_secretary", "副书记"),
        ("standing_member", "常委"),
        ("committee_member", "委员"),
        ("alternate_member", "候补委员"),
        ("staff", "工作人员"),
    ),
    Group.APPOINTMENT: (
        ("elected", "选举"),
        ("appointed", "任命"),
        ("engaged", "聘任"),
        ("seconded", "挂职"),
        ("other", "其他"),
    ),
    Group.DUTY: (
        ("on_duty", "在岗"),
        ("off_duty", "离岗"),
    ),
}


def titles_for(kind: str) -> Group:
    """The list of 团内现任职务 an organisation of this kind chooses from (the 2023 adjustment, 指引 3.10)."""
    return Group.TITLE_LEADING if kind in LEADING else Group.TITLE_BASIC
