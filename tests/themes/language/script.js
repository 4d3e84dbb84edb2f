// {{ store.name }}
const ids = [{% for subscription in subscriptions %}{{ subscription.id }}{% if not loop.last %}, {% endif %}{% endfor %}];
{% include 'style.css' %}
